"""What the computer keyboard does while its keys are down."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sim.instrument import SimInstrument
from hardware.sim.window.hands import Hands
from hardware.sim.window.keys import Keys

Stage = Any  # tests/hardware/sim/window/conftest.py


def test_letters_are_notes_as_long_as_they_are_down(stage: Stage) -> None:
    for key in "awsedftgyhujk":
        stage.keys.down(key)
        stage.keys.down(key)  # repeats
    assert [message[1] for message in stage.heard()] == list(range(60, 73))
    stage.keys.up("w")
    assert stage.heard() == [bytes((0x80, 61, 0))]


def test_z_and_x_move_the_octave(stage: Stage) -> None:
    for key in "zz":
        stage.keys.down(key)
        stage.keys.down(key)
        stage.keys.up(key)
    stage.keys.down("a")
    assert stage.heard() == [bytes((0x90, 36, 100))]
    stage.keys.down("x")
    stage.keys.up("a")
    assert stage.heard() == [bytes((0x80, 36, 0))]


def test_digits_are_patch_buttons(stage: Stage) -> None:
    stage.keys.down("1")
    stage.keys.down("4")
    assert stage.pressed == [0, 3]
    stage.keys.up("1")
    assert stage.pressed == [3]


def test_arrows_step_while_they_are_down(stage: Stage) -> None:
    stage.keys.down("right")
    assert stage.place == (6, 5)
    stage.keys.down("right")  # repeats
    stage.keys.down("down")
    assert stage.place == (7, 6)
    stage.keys.up("right")
    assert stage.place == (7, 6)
    stage.keys.up("down")
    assert stage.place is None
    for _ in range(20):
        stage.keys.down("up")
    assert stage.place == (7, 0)


def test_arrows_go_on_from_the_mouse(stage: Stage) -> None:
    stage.hands.touch("mouse", 1, 1)
    stage.keys.down("left")
    assert stage.place == (0, 1)


@pytest.mark.parametrize("key", ["f1", "left shift", "space", "", "aw", "12"])
def test_other_keys_do_nothing(stage: Stage, key: str) -> None:
    before = stage.hands.pose
    stage.keys.down(key)
    stage.keys.up(key)
    assert stage.hands.pose == before
    assert stage.heard() == []


NAMES = st.sampled_from([*"awsedftgyhujkzx1234", "left", "right", "up", "down", "tab"])


@given(st.lists(st.tuples(st.booleans(), NAMES)))
def test_all_keys_up_is_nothing_held(strokes: list[tuple[bool, str]]) -> None:
    instrument = SimInstrument(wait=lambda seconds: None)
    hands = Hands(instrument)
    keys = Keys(hands)
    for is_down, name in strokes:
        (keys.down if is_down else keys.up)(name)
    for _, name in strokes:
        keys.up(name)
    pose = hands.pose
    assert (pose.finger, pose.buttons, pose.notes) == (None, frozenset(), frozenset())
    sounding: set[int] = set()
    data = instrument.din.read(0)
    for start in range(0, len(data), 3):
        status, note, _ = data[start : start + 3]
        assert (note in sounding) == (status == 0x80)
        sounding ^= {note}
    assert sounding == set()
