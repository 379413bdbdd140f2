"""MIDI messages in words that fit the monitor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.midi_text import note_name, written
from hardware.midi import MidiParser


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ((0x90, 60, 100), "1 on C4 100"),
        ((0x8F, 61, 0), "16 off C#4 0"),
        ((0x90, 0, 1), "1 on C-1 1"),
        ((0xA0, 69, 3), "1 key A4 3"),
        ((0xB1, 74, 127), "2 cc 74 127"),
        ((0xC2, 5), "3 prog 5"),
        ((0xD3, 9), "4 press 9"),
        ((0xE0, 0, 64), "1 bend +0"),
        ((0xE0, 0, 0), "1 bend -8192"),
        ((0xE0, 127, 127), "1 bend +8191"),
    ],
)
def test_in_words(data: tuple[int, ...], text: str) -> None:
    (message,) = MidiParser().feed(data)
    assert written(message) == text


@given(st.integers(0x80, 0xEF), st.integers(0, 127), st.integers(0, 127))
def test_every_message_fits(status: int, first: int, second: int) -> None:
    (message, *_) = MidiParser().feed((status, first, second))
    assert len(written(message)) <= 15
    assert int(written(message).split()[0]) == (status & 15) + 1


@given(st.integers(0, 127))
def test_note_names_are_the_usual_ones(note: int) -> None:
    name = note_name(note)
    letter, octave = name[: 2 if "#" in name else 1], int(name[2 if "#" in name else 1 :])
    semitone = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"].index(letter)
    assert 12 * (octave + 1) + semitone == note
