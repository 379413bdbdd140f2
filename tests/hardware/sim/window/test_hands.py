"""Hands in the window: several holders at one thing, and what becomes of it when they let go."""

from __future__ import annotations

from typing import Any

import pytest

from hardware.sim.instrument import USUAL_TURNS

Stage = Any  # tests/hardware/sim/window/conftest.py


def test_a_note_sounds_once_and_ends_with_its_last_holder(stage: Stage) -> None:
    stage.hands.play("a", 0, 100)
    stage.hands.play("mouse", 0, 50)
    assert stage.heard() == [bytes((0x90, 60, 100))]
    stage.hands.let_go("a")
    assert stage.heard() == []
    stage.hands.let_go("mouse")
    assert stage.heard() == [bytes((0x80, 60, 0))]
    stage.hands.let_go("mouse")
    assert stage.heard() == []


def test_a_held_note_stays_what_it_was_when_the_octave_changes(stage: Stage) -> None:
    stage.hands.play("a", 0, 100)
    stage.hands.shift(1)
    stage.hands.play("s", 0, 100)
    assert stage.hands.pose.notes == {60, 72}
    stage.hands.let_go("a")
    stage.hands.let_go("s")
    assert [(message[0], message[1]) for message in stage.heard()] == [
        (0x90, 60), (0x90, 72), (0x80, 60), (0x80, 72),
    ]  # fmt: skip


@pytest.mark.parametrize(("octaves", "lowest", "highest"), [(-20, 0, 24), (20, 96, 120)])
def test_the_octave_ends_where_notes_do(
    stage: Stage, octaves: int, lowest: int, highest: int
) -> None:
    stage.hands.shift(octaves)
    assert stage.hands.pose.lowest == lowest
    stage.hands.play("mouse", 24, 100)
    assert stage.heard() == [bytes((0x90, highest, 100))]


def test_buttons_are_up_when_nobody_holds_them(stage: Stage) -> None:
    stage.hands.press("1", 0)
    stage.hands.press("mouse", 0)
    stage.hands.press("4", 3)
    stage.hands.let_go("1")
    assert stage.pressed == [0, 3]
    stage.hands.let_go("mouse")
    assert stage.pressed == [3]


def test_of_two_fingers_the_newest_is_felt(stage: Stage) -> None:
    stage.hands.touch("mouse", 1, 2)
    stage.hands.touch("arrows", 8, 9)
    assert stage.place == (8, 9)
    stage.hands.let_go("arrows")
    assert stage.place == (1, 2)
    stage.hands.touch("arrows", 8, 9)
    stage.hands.touch("mouse", 3, 4)
    assert stage.hands.pose.finger == stage.place == (3, 4)
    stage.hands.let_go("arrows")
    assert stage.place == (3, 4)
    stage.hands.let_go("mouse")
    assert stage.place is None


def test_knobs_stop_at_their_ends(stage: Stage) -> None:
    assert stage.hands.pose.turns == USUAL_TURNS
    stage.hands.pot(1, 7)
    stage.hands.pot(2, -7)
    assert stage.panel.pots[1:3] == (1, 0)
    assert stage.hands.pose.turns[1:3] == (1, 0)


def test_all_is_let_go_at_once(stage: Stage) -> None:
    stage.hands.touch("mouse", 3, 3)
    stage.hands.press("1", 0)
    stage.hands.press("4", 3)
    for key, holder in enumerate("asd"):
        stage.hands.play(holder, key, 100)
    stage.heard()
    stage.hands.let_go_of_all()
    assert stage.place is None
    assert stage.pressed == []
    assert sorted(stage.heard()) == [bytes((0x80, note, 0)) for note in (60, 61, 62)]
    assert stage.hands.pose.notes == stage.hands.pose.buttons == frozenset()
