"""The demo song: files that the player can read, whose notes all end, over the whole pad."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from device.demo_song import write_demo
from device.errors import OutputError
from device.gesture import read_gesture


def test_every_note_ends(tmp_path: Path) -> None:
    midi, _ = write_demo(tmp_path / "song")
    sounding: dict[int, int] = {}
    for message in mido.MidiFile(midi):
        if message.type == "note_on":
            sounding[message.note] = sounding.get(message.note, 0) + 1
            assert sounding[message.note] == 1, f"{message.note} struck twice"
        elif message.type == "note_off":
            sounding[message.note] -= 1
    assert set(sounding.values()) == {0}


def test_the_finger_reaches_all_corners_while_notes_are_held(tmp_path: Path) -> None:
    midi, path = write_demo(tmp_path)
    gesture = read_gesture(path)
    visited = {tuple(round(v) for v in gesture.at(t / 10)) for t in range(320)}
    assert visited == {(0, 0), (1, 0), (0, 1), (1, 1)}
    assert 25 < mido.MidiFile(midi).length < 32


def test_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="file"):
        write_demo(tmp_path / "file")
