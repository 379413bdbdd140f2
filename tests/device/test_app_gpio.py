"""The whole instrument built without the STM32: touch chips, converters and contacts instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from device.parameters import ATTACK, RELEASE, VOLUME
from device.settings import Settings
from device.view import Screen
from hardware.config import BoardConfig

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
ON = (0x90, 60, 100)


@pytest.fixture(params=["at42qt2120", "mpr121"])
def world(request: pytest.FixtureRequest, make_world: MakeWorld) -> World:
    made = make_world(settings=Settings(board=BoardConfig(board="gpio", touch_chip=request.param)))
    made.run(0.5)
    return made


def test_it_starts_well(world: World) -> None:
    view = world.view
    assert (view.pack, view.screen, view.faults) == ("Alpha", Screen.HOME, ())
    assert {check.part: check.result for check in view.checks} == {
        "touch": "PASS", "pots": "PASS", "encoders": "PASS", "buttons": "PASS", "oled": "PASS",
        "DIN MIDI": "PASS", "USB MIDI": "NONE", "power": "NONE", "sound": "NONE", "pack": "PASS",
        "memory": "PASS",
    }  # fmt: skip


def test_the_finger_moves_the_sound(world: World) -> None:
    for place, wanted in (((0, 0), (0, 0)), ((10, 4), (1, 0.4))):
        world.hands.touch(*place)
        world.run(0.3)
        assert world.view.is_touched
        assert (world.view.x, world.view.y) == pytest.approx(wanted, abs=0.03)
    world.hands.lift()
    world.run(0.1)
    assert not world.view.is_touched


def test_encoders_choose_and_knobs_set(world: World) -> None:
    world.hands.turn(3, 1)
    world.run(0.2)
    assert world.view.screen is Screen.INSTRUMENT
    assert world.view.corners[3].index == 1
    for pot, turn in ((ATTACK, 0.5), (RELEASE, 0.25)):
        world.hands.pot(pot, turn)
        world.run(0.2)
        assert world.view.pots[pot].turn == pytest.approx(turn, abs=0.002)


def test_volume_is_heard(world: World) -> None:
    world.play(ON)
    assert np.abs(world.heard(0.3)).max() > 0.01
    world.hands.pot(VOLUME, 0)
    world.run(0.2)
    assert not world.heard(0.1).any()


def test_chips_that_go_are_told_of_and_come_back(world: World) -> None:
    world.hands.unplug("panel")
    world.run(3)
    assert {part for part, _ in world.view.faults} == {"touch", "pots"}
    world.play(ON)
    assert np.abs(world.heard(0.3)).max() > 0.01
    world.hands.plug("panel")
    world.run(6)
    assert world.view.faults == ()
    world.hands.touch(5, 5)
    world.run(0.3)
    assert world.view.is_touched


def test_without_the_header_buttons_and_encoders_are_told_of(world: World) -> None:
    world.hands.unplug("buttons")
    world.run(3)
    assert {"buttons", "encoders"} <= {part for part, _ in world.view.faults}
    world.hands.plug("buttons")
    world.run(6)
    assert world.view.faults == ()
    world.hands.turn(0, 1)
    world.run(0.2)
    assert world.view.corners[0].index == 1
