"""Each part of the instrument fails, at boot and later: the rest plays on, and all comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from device.parameters import ATTACK
from device.view import PatchAction, Screen
from hardware.sim.panel_chip import PanelChip

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
KEYS = "Keys"


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong and is put right again."""

    name: str
    parts: tuple[str, ...]  # that are told of as faulty
    begin: Callable[[World], object]
    end: Callable[[World], object]
    words: str  # that must be told


def unplugged(part: str, name: str, words: str) -> Trouble:
    return Trouble(
        f"{part} unplugged",
        (name,),
        lambda world: world.hands.unplug(part),
        lambda world: world.hands.plug(part),
        words,
    )


TROUBLES = (
    unplugged("panel", "panel", "no chip acknowledges address 0x47"),
    unplugged("oled", "oled", "acknowledges"),
    unplugged("buttons", "buttons", "unplugged"),
    unplugged("din", "DIN MIDI", "went away"),
    unplugged("usb", "USB MIDI", "no MIDI input"),
    Trouble(
        "panel frozen",
        ("panel",),
        lambda world: world.hands.panel.freeze(),
        lambda world: world.hands.panel.restart(),
        "is stuck",
    ),
    Trouble(
        "panel noisy",
        ("panel",),
        lambda world: world.hands.noise(1.0),
        lambda world: world.hands.noise(0.0),
        "broken messages",
    ),
    Trouble(
        "bus hung",
        ("panel", "oled"),
        lambda world: world.hands.i2c.hang(),
        lambda world: world.hands.i2c.release(),
        "held low",
    ),
)
all_troubles = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)


def faults(world: World) -> dict[str, str]:
    return dict(world.view.faults)


def send(world: World, port: str, data: tuple[int, ...]) -> None:
    if port == KEYS:
        world.hands.keyboards.send(KEYS, bytes(data))
    else:
        world.hands.midi(bytes(data))


def is_heard(world: World, port: str) -> bool:
    """A note of this input sounds and ends."""
    assert world.view.status.voices == 0
    send(world, port, (0x90, 60, 100))
    is_loud = bool(np.abs(world.heard(0.3)).max() > 0.01)
    send(world, port, (0x80, 60, 0))
    world.run(15, until=lambda: world.view.status.voices == 0)
    return is_loud


def shows(world: World, port: str) -> bool:
    """The screens show what this input does."""
    send(world, port, (0xB0, 73, 0))
    world.run(0.2)
    before = world.app.painter.frame
    send(world, port, (0xB0, 73, 30))
    world.run(0.2)
    assert world.view.screen is Screen.ENVELOPE
    return bool(any(before)) and bool(world.app.painter.frame != before)


def everything_works(world: World) -> bool:
    """Pad, button, display and both kinds of MIDI."""
    for column in (1, 9):
        world.hands.touch(column, 4)
        world.run(0.5)
        assert world.view.x == pytest.approx(column / 10)
    world.hands.lift()
    world.hands.press(3)
    world.run(0.1)
    assert world.view.patch.slot == 3
    world.hands.release(3)
    world.run(0.1)
    assert world.hands.picture() == world.app.painter.frame
    return is_heard(world, "DIN MIDI") and is_heard(world, KEYS)


@all_troubles
@pytest.mark.parametrize("when", ["at boot", "later"])
def test_the_rest_plays_on_and_all_comes_back(
    make_world: MakeWorld, trouble: Trouble, when: str
) -> None:
    world = make_world()
    if when == "later":
        world.run(0.5)
    world.hands.keyboards.plug(KEYS)
    trouble.begin(world)
    world.run(1.0)
    told = faults(world)
    assert set(told) == set(trouble.parts)
    assert all(trouble.words in text for text in told.values())
    port = "DIN MIDI" if "USB MIDI" in trouble.parts else KEYS
    assert is_heard(world, port)
    assert shows(world, port)
    assert faults(world).keys() == told.keys()
    trouble.end(world)
    world.run(2.0)
    assert world.view.faults == ()
    assert everything_works(world)
    assert {line.split(":")[0] for line in world.faults_told} == set(trouble.parts)
    assert len(world.faults_told) == 2 * len(trouble.parts)  # what is wrong, and that all is well


def test_all_at_once(make_world: MakeWorld) -> None:
    world = make_world()
    world.run(0.5)
    for trouble in TROUBLES:
        trouble.begin(world)
    world.run(2)
    assert set(faults(world)) == {"panel", "oled", "buttons", "DIN MIDI", "USB MIDI"}
    for trouble in reversed(TROUBLES):
        trouble.end(world)
    world.hands.keyboards.plug(KEYS)
    world.run(2)
    assert world.view.faults == ()
    assert everything_works(world)


def test_half_of_the_panels_messages_may_be_broken(world: World) -> None:
    world.hands.noise(0.5)
    before = world.view
    world.run(5)
    view = world.view
    assert (view.corners, view.pots, view.is_touched) == (before.corners, before.pots, False)
    assert view.faults == ()
    for column in range(11):
        world.hands.touch(column, 10 - column)
        world.run(0.4)
        assert (world.view.x, world.view.y) == pytest.approx((column / 10, 1 - column / 10))
    assert world.view.faults == ()


def test_the_display_is_complete_again_after_a_moment_without_power(world: World) -> None:
    """Too short for any transfer to fail: nothing tells that its memory is lost."""
    world.run(0.5)
    for part in ("unplug", "plug"):
        getattr(world.hands, part)("oled")
    assert world.hands.picture() != world.app.painter.frame
    world.run(3)
    assert world.view.faults == ()
    assert world.hands.picture() == world.app.painter.frame


@pytest.mark.parametrize("port", ["din", "usb", "keyboard"])
def test_what_a_lost_input_holds_ends(world: World, port: str) -> None:
    world.hands.keyboards.plug(KEYS)
    held = bytes((0xB0, 64, 127, 0x90, 60, 100, 0x90, 64, 100, 0x80, 64, 0))
    if port == "din":
        world.hands.midi(held)
    else:
        world.hands.keyboards.send(KEYS, held)
    world.run(0.5)
    assert world.view.status.voices == 2
    if port == "keyboard":
        world.hands.keyboards.unplug(KEYS)
    else:
        world.hands.unplug(port)
    world.run(10)
    assert world.view.status.voices == 0


@pytest.mark.parametrize("released", [True, False])
def test_a_held_button_that_is_lost_does_nothing(world: World, released: bool) -> None:
    world.hands.press(1)
    world.run(0.5)
    assert world.view.patch.action is PatchAction.HOLDING
    world.hands.unplug("buttons")
    world.run(0.5)
    if released:
        world.hands.release(1)
    world.hands.plug("buttons")
    world.run(3)
    assert world.view.faults == ()
    assert world.view.patch.action is PatchAction.HOLDING
    assert world.view.patch_slots == ()
    world.hands.release(1)
    world.run(0.2)
    assert world.view.patch.action is PatchAction.HOLDING
    world.hands.press(1)
    world.run(1.5)
    assert world.view.patch_slots == (1,)


def test_a_finger_on_a_lost_panel_counts_as_lifted(world: World) -> None:
    world.hands.touch(3, 7)
    world.run(0.5)
    world.hands.unplug("panel")
    world.run(0.3)
    assert not world.view.is_touched
    assert (world.view.x, world.view.y) == pytest.approx((0.3, 0.7))
    world.hands.touch(8, 2)
    world.hands.plug("panel")
    world.run(1)
    assert world.view.is_touched
    assert (world.view.x, world.view.y) == pytest.approx((0.8, 0.2))


@pytest.mark.parametrize("away_s", [0.005, 0.02, 0.08, 0.2, 3.0])
@pytest.mark.parametrize("how", ["unplug", "freeze"])
def test_counters_that_start_anew_turn_nothing(world: World, away_s: float, how: str) -> None:
    for corner in range(4):
        world.hands.turn(corner, 7 + 2 * corner)
    world.run(0.5)
    before = world.view.corners
    if how == "unplug":
        world.hands.unplug("panel")
    else:
        world.hands.panel.freeze()
    world.run(away_s)
    world.hands.plug("panel")  # restarts it
    world.run(1)
    assert world.view.corners == before
    world.hands.turn(0, 1)
    world.run(0.2)
    assert world.view.corners[0].index == 1 - before[0].index


def test_knobs_turned_while_the_panel_was_away_count(world: World) -> None:
    world.hands.unplug("panel")
    world.run(0.5)
    panel: PanelChip = world.hands.panel
    panel.pot(ATTACK, 204)
    world.run(0.5)
    assert world.view.pots[ATTACK].turn == pytest.approx(0.2)
    world.hands.plug("panel")
    world.run(1)
    assert world.view.pots[ATTACK].turn == pytest.approx(0.8)
    assert world.view.pots[ATTACK].is_caught
