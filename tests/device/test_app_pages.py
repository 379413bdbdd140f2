"""Patches, pages and packs of the whole instrument in simulated time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.events import PackSelected, Panicked
from device.parameters import ATTACK, RELEASE
from device.settings import PanelSettings, Settings
from device.view import PatchAction, Screen

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
ON = (0x90, 60, 100)


def hold(world: World, button: int) -> None:
    world.hands.press(button)
    world.run(1.3)
    world.hands.release(button)
    world.run(0.2)


def test_holding_saves_and_a_click_recalls(world: World, tmp_path: Path) -> None:
    world.hands.touch(2, 8)
    world.hands.turn(1, 1)
    world.hands.pot(ATTACK, 0.6)
    world.run(0.5)
    saved = world.view
    world.hands.press(2)
    world.run(0.5)
    assert world.view.patch.action is PatchAction.HOLDING
    assert 0.3 < world.view.patch.progress < 0.7
    world.run(0.7)
    assert world.view.patch.action is PatchAction.SAVED
    world.hands.release(2)
    world.run(0.3)
    document = json.loads((tmp_path / "patches.json").read_text())
    assert "2" in json.dumps(document)
    world.hands.touch(9, 1)
    world.hands.turn(1, -1)
    world.hands.pot(ATTACK, 0.1)
    world.run(0.5)
    world.hands.lift()
    assert world.view.x != pytest.approx(saved.x)
    world.click(2)
    view = world.view
    assert view.patch.action is PatchAction.RECALLED
    assert (view.x, view.y) == pytest.approx((saved.x, saved.y))
    assert view.corners == saved.corners
    assert view.pots[ATTACK].turn == saved.pots[ATTACK].turn
    assert view.pots[ATTACK].physical == pytest.approx(0.1, abs=0.01)
    assert not view.pots[ATTACK].is_caught


def test_an_empty_slot_says_so_and_changes_nothing(world: World) -> None:
    before = world.view
    world.click(1)
    assert world.view.patch.action is PatchAction.FAILED
    assert world.view.patch.text == "empty: hold to save"
    assert world.view.corners == before.corners


@pytest.mark.parametrize(
    ("takeover", "first", "last"), [("jump", 0.3, 0.9), ("pickup", 0.6, 0.9), ("scale", None, 0.9)]
)
def test_a_knob_after_a_recall(
    make_world: MakeWorld, takeover: str, first: float | None, last: float
) -> None:
    world = make_world(settings=Settings(panel=PanelSettings(pot_takeover=takeover)))
    world.hands.pot(RELEASE, 0.6)
    world.run(0.5)
    hold(world, 0)
    world.hands.pot(RELEASE, 0.2)
    world.run(0.2)
    world.click(0)
    assert world.view.pots[RELEASE].turn == pytest.approx(0.6, abs=0.01)
    world.hands.pot(RELEASE, 0.3)
    world.run(0.1)
    moved = world.view.pots[RELEASE].turn
    assert moved == pytest.approx(first, abs=0.01) if first else 0.6 < moved < 0.7
    world.hands.pot(RELEASE, 0.9)
    world.run(0.1)
    assert world.view.pots[RELEASE].turn == pytest.approx(last, abs=0.05)
    if takeover != "scale":
        assert world.view.pots[RELEASE].is_caught


def test_patches_are_there_after_a_restart(make_world: MakeWorld) -> None:
    first = make_world()
    first.run(0.5)
    first.hands.touch(10, 0)
    first.run(0.5)
    hold(first, 3)
    second = make_world()
    second.run(0.5)
    assert second.view.patch_slots == (3,)
    second.play((0xC0, 3))  # a program change recalls
    second.run(0.1)
    assert (second.view.x, second.view.y) == (1, 0)


def test_the_outer_buttons_open_the_system_pages(world: World) -> None:
    world.open_pages()
    seen = [world.view.screen]
    for _ in range(6):
        world.click(3)
        seen.append(world.view.screen)
    assert seen == [
        Screen.STATUS, Screen.MONITOR, Screen.CHANNEL, Screen.PACKS, Screen.WEB, Screen.SELFTEST,
        Screen.STATUS,
    ]  # fmt: skip
    world.click(0)
    assert world.view.screen is Screen.HOME
    assert world.view.patch is None or world.view.patch.action is not PatchAction.SAVED
    assert world.view.patch_slots == ()


def test_pad_encoders_and_knobs_work_on_system_pages(world: World) -> None:
    world.open_pages()
    world.hands.touch(0, 0)
    world.run(0.3)
    assert world.view.screen is Screen.STATUS
    assert (world.view.x, world.view.y) == (0, 0)
    world.hands.turn(0, 1)
    world.run(0.2)
    assert world.view.screen is Screen.INSTRUMENT
    world.run(4)
    assert world.view.screen is Screen.STATUS


def test_panic_ends_all_notes_at_once(world: World) -> None:
    world.play((*ON, 0xB0, 64, 127, 0x90, 64, 100))
    world.run(0.3)
    world.open_pages()
    world.click(1)
    world.run(0.1)
    assert not world.heard(0.1).any()


def test_panic_ends_notes_of_an_earlier_pack_too(world: World) -> None:
    world.play(ON)
    world.hands.pot(RELEASE, 1)
    world.run(0.3)
    world.app.post(PackSelected(1))
    world.run(0.3)
    assert world.heard(0.1).any()
    world.app.post(Panicked())
    world.run(0.1)
    assert not world.heard(0.1).any()


def test_the_test_tone_needs_no_pack(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world(packs=tmp_path / "nothing here")
    world.run(0.5)
    world.open_pages()
    world.click(2)
    assert np.abs(world.heard(0.3)).max() > 0.05
    world.run(2)
    assert not world.heard(0.1).any()


def test_another_channel_lets_go_of_the_old_ones_notes(world: World) -> None:
    world.play(ON)
    world.run(0.3)
    world.open_pages()
    world.click(3)
    world.click(3)
    assert world.view.screen is Screen.CHANNEL
    world.click(2)
    assert world.view.channel == 1
    world.run(10)
    assert world.view.status.voices == 0
    world.click(2)
    world.play(ON)
    assert not world.heard(0.2).any()


def test_another_pack_is_opened_and_the_old_notes_ring_out(world: World) -> None:
    world.play(ON)
    world.run(0.3)
    world.app.post(PackSelected(1))
    world.run(0.1)
    assert (world.view.pack, world.view.pack_index) == ("Beta", 1)
    assert world.heard(0.1).any()
    world.run(10)
    assert not world.heard(0.1).any()
    world.play((0x90, 72, 100))
    assert world.heard(0.2).any()


def test_a_patch_of_another_pack_opens_it(world: World) -> None:
    world.hands.touch(10, 10)
    world.run(0.5)
    hold(world, 1)
    world.hands.touch(0, 0)
    world.app.post(PackSelected(1))
    world.run(0.5)
    world.hands.lift()
    world.click(1)
    world.run(0.2)
    assert world.view.pack == "Alpha"
    assert (world.view.x, world.view.y) == (1, 1)
