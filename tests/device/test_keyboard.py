"""The computer keyboard: notes that end by themselves, repeats, octaves, the pad and the pedal."""

from __future__ import annotations

import pytest

from device.events import CombinationSelected, Event, NoteOff, NoteOn, Sustain, TouchMoved
from device.keyboard import GATE_S, STEP, KeyPlayer


def notes(events: list[Event]) -> list[int]:
    return [event.note for event in events if isinstance(event, NoteOn)]


def test_the_letters_are_a_chromatic_octave_from_middle_c() -> None:
    player = KeyPlayer()
    played = [notes(player.press(key, index)) for index, key in enumerate("awsedftgyhujk")]
    assert played == [[note] for note in range(60, 73)]


def test_a_note_ends_after_its_gate() -> None:
    player = KeyPlayer()
    player.press("a", 10.0)
    assert player.tick(10.0 + GATE_S * 0.9) == []
    (off,) = player.tick(10.0 + GATE_S)
    assert isinstance(off, NoteOff)
    assert off.note == 60
    assert player.tick(20.0) == []


def test_a_held_key_repeats_and_keeps_its_note() -> None:
    player = KeyPlayer()
    presses = [player.press("a", 10.0 + 0.03 * n) for n in range(100)]
    assert sum(len(notes(events)) for events in presses) == 1
    assert player.tick(10.0 + 0.03 * 99 + GATE_S / 2) == []


def test_a_key_struck_again_sounds_again_and_its_gate_starts_anew() -> None:
    player = KeyPlayer()
    player.press("a", 10.0)
    assert notes(player.press("a", 10.4)) == [60]
    assert player.tick(10.0 + GATE_S) == []


def test_octaves_stop_at_the_ends_of_midi() -> None:
    player = KeyPlayer()
    for _ in range(20):
        player.press("x", 0)
    assert notes(player.press("k", 1)) == [120]
    for _ in range(20):
        player.press("z", 0)
    assert notes(player.press("a", 2)) == [12]


def test_arrows_move_over_the_pad_and_stop_at_its_edge() -> None:
    player = KeyPlayer()
    assert player.press("right", 0) == [TouchMoved(0.5 + STEP, 0.5)]
    for _ in range(40):
        (moved,) = player.press("up", 0)
    assert moved == TouchMoved(0.5 + STEP, 0)


def test_space_is_a_pedal() -> None:
    player = KeyPlayer()
    pedal = [event for _ in range(2) for event in player.press(" ", 0)]
    assert [event.down for event in pedal if isinstance(event, Sustain)] == [True, False]


@pytest.mark.parametrize("key", ["q", "escape", "1", "é"])
def test_other_keys_do_nothing(key: str) -> None:
    assert KeyPlayer().press(key, 0) == []


def test_brackets_choose_other_instruments_round_and_round() -> None:
    player = KeyPlayer(combinations=3, combination=1)
    chosen = [player.press(key, 0) for key in "]][[["]
    assert chosen == [[CombinationSelected(index)] for index in (2, 0, 2, 1, 0)]
    assert KeyPlayer(combinations=1).press("]", 0) == []
