"""Packs, card, patches and sound output fail: the instrument says so, plays on, and recovers."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from device.engine.errors import StreamError
from device.engine.steady import SteadyStream
from device.events import PackSelected
from device.patches import PatchStore
from device.sound_part import sound_news
from device.view import PatchAction

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
ON, OFF = (0x90, 60, 100), (0x80, 60, 0)


@pytest.fixture
def shelf(two_packs: Path, tmp_path: Path) -> Path:
    """A folder of one's own with the two packs."""
    return Path(shutil.copytree(two_packs, tmp_path / "packs"))


def faults(world: World) -> dict[str, str]:
    return dict(world.view.faults)


def done(world: World) -> PatchAction:
    """What was last done with a patch."""
    action: PatchAction = world.view.patch.action
    return action


def is_heard(world: World) -> bool:
    world.play(ON)
    is_loud = bool(np.abs(world.heard(0.3)).max() > 0.01)
    world.play(OFF)
    world.run(15, until=lambda: world.view.status.voices == 0)
    return is_loud


def spoil(pack: Path) -> Callable[[], None]:
    """Damage every cell; returns what puts it right."""
    good = {path: path.read_bytes() for path in (pack / "cells").iterdir()}
    for path, data in good.items():
        path.write_bytes(data[:64])

    def repair() -> None:
        for path, data in good.items():
            path.write_bytes(data)

    return repair


class Output:
    """A sound output that may be missing and that can be pulled out."""

    def __init__(self) -> None:
        self.is_there = False
        self.is_realtime = True
        self.latency_s = 0.004

    @property
    def is_playing(self) -> bool:
        return self.is_there

    def open(self) -> Output:
        if not self.is_there:
            raise StreamError("no sound output is plugged in")
        return self

    def start(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_without_a_sound_output_time_goes_on_and_it_may_come_and_go(world: World) -> None:
    card = Output()
    now_s = world.clock.now_s
    steady = SteadyStream(
        world.app.mixer, now_s, required=False, opener=card.open, rescan=lambda: None
    )
    steady.start()
    world.app.output = steady
    world.app.post(sound_news(steady))
    for _ in range(2):
        world.run(0.5)
        assert "sound output" in faults(world)["sound"]
        world.play((*ON, *OFF, 0x90, 64, 100))
        world.run(3)
        assert world.view.status.voices == 1
        card.is_there = True
        assert np.abs(world.heard(3)).max() > 0.01  # what would sound by now
        assert world.view.faults == ()
        card.is_there = False
        world.play((0x80, 64, 0))
        world.run(5)
        assert world.view.status.voices == 0
    assert "sound" in faults(world)


@pytest.mark.parametrize("has_folder", [True, False])
def test_the_first_pack_opens_by_itself(
    make_world: MakeWorld, two_packs: Path, tmp_path: Path, has_folder: bool
) -> None:
    place = tmp_path / "packs"
    if has_folder:
        place.mkdir()
    world = make_world(packs=place)
    world.run(5)
    assert world.view.pack == ""
    assert str(place) in faults(world)["pack"]
    assert len(world.faults_told) == 1
    world.play((*ON, *OFF))
    world.hands.turn(0, 1)
    world.hands.touch(10, 10)
    world.run(0.5)
    assert world.view.x == 1
    shutil.copytree(two_packs, place, dirs_exist_ok=True)
    world.run(3)
    assert (world.view.pack, world.view.packs) == ("Alpha", ("Alpha", "Beta"))
    assert world.view.faults == ()
    assert world.app.conductor.deck.player.target == (1, 1)
    assert is_heard(world)


def test_a_pack_that_is_copied_slowly_opens_when_it_is_whole(
    make_world: MakeWorld, two_packs: Path, tmp_path: Path
) -> None:
    place = tmp_path / "packs"
    cells = place / "alpha" / "cells"
    cells.mkdir(parents=True)
    world = make_world(packs=place)
    world.run(1)
    shutil.copy(two_packs / "alpha" / "manifest.json", place / "alpha")
    world.run(3)
    for path in sorted((two_packs / "alpha" / "cells").iterdir()):
        assert faults(world).keys() & {"pack", "card"}  # it opens before its last cell is there
        shutil.copy(path, cells)
        world.run(0.5)
    world.run(3)
    assert world.view.pack == "Alpha"
    assert world.view.faults == ()
    assert is_heard(world)


def test_a_damaged_manifest_is_told_and_the_other_pack_plays(
    make_world: MakeWorld, shelf: Path
) -> None:
    manifest = shelf / "alpha" / "manifest.json"
    good = manifest.read_bytes()
    manifest.write_bytes(good[: len(good) // 2])
    world = make_world(packs=shelf)
    world.run(1)
    assert (world.view.pack, world.view.packs) == ("Beta", ("Beta",))
    assert "alpha" in faults(world)["packs"]
    assert is_heard(world)
    manifest.write_bytes(good)
    world.run(3)
    assert world.view.faults == ()
    assert world.view.packs == ("Alpha", "Beta")
    assert world.view.pack == "Beta"  # nothing changes under the musician's hands
    world.app.post(PackSelected(0))
    world.run(1)
    assert world.view.pack == "Alpha"


def test_damaged_cells_are_told_and_the_other_pack_plays(
    make_world: MakeWorld, shelf: Path
) -> None:
    repair = spoil(shelf / "alpha")
    world = make_world(packs=shelf)
    world.run(1)
    assert world.view.pack == "Beta"
    assert "alpha" in faults(world)["packs"]
    assert is_heard(world)
    world.app.post(PackSelected(0))
    world.run(1)
    assert world.view.pack == "Beta"
    assert "alpha" in faults(world)["pack"]
    repair()
    world.run(3)
    assert "pack" not in faults(world)
    assert world.view.pack == "Beta"  # nothing changes under the musician's hands
    world.app.post(PackSelected(0))
    world.run(1)
    assert world.view.pack == "Alpha"
    assert is_heard(world)


def test_the_only_pack_is_damaged_until_it_is_repaired(make_world: MakeWorld, shelf: Path) -> None:
    shutil.rmtree(shelf / "beta")
    repair = spoil(shelf / "alpha")
    world = make_world(packs=shelf)
    world.run(5)
    assert "alpha" in faults(world)["pack"]
    assert not is_heard(world)
    repair()
    world.run(3)
    assert world.view.faults == ()
    assert is_heard(world)


def test_a_patch_whose_pack_cannot_be_opened_is_not_recalled_later(
    make_world: MakeWorld, shelf: Path
) -> None:
    world = make_world(packs=shelf)
    world.run(0.5)
    world.app.post(PackSelected(1))
    world.run(0.5)
    world.hands.press(1)
    world.run(1.3)
    world.hands.release(1)
    world.app.post(PackSelected(0))
    world.run(0.5)
    spoil(shelf / "beta")
    world.hands.midi(bytes((0xC0, 1)))
    world.run(0.5)
    assert "beta" in faults(world)["pack"]
    world.hands.touch(0, 0)
    world.app.post(PackSelected(0))
    world.run(0.5)
    assert world.view.faults == ()
    assert world.view.pack == "Alpha"
    assert (world.view.x, world.view.y) == (0, 0)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the card can be read now."""
    readable, read = [True], os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        if not readable[0]:
            raise OSError(errno.EIO, "Input/output error")
        return read(descriptor, size, offset)

    monkeypatch.setattr("device.pack.files.os.pread", pread)
    return readable


def test_a_pad_that_cannot_be_read_comes_when_the_card_is_well(
    world: World, card: list[bool]
) -> None:
    world.play(ON)
    world.run(0.5)
    card[0] = False
    world.hands.turn(0, 1)
    world.run(5)
    assert "Input/output error" in faults(world)["card"]
    assert world.view.corners[0].index == 1
    assert np.abs(world.heard(0.2)).max() > 0.001  # the held note goes on, 30 dB down by now
    world.play((0x90, 64, 100))
    world.run(0.3)
    assert world.view.status.voices == 2  # the pad before goes on playing
    card[0] = True
    world.run(5)
    assert world.view.faults == ()
    assert world.app.conductor.deck.player.combination.instruments == (1, 1, 1, 1)


def test_a_note_that_cannot_be_read_can_be_played_when_the_card_is_well(
    make_world: MakeWorld, world_module: ModuleType, monkeypatch: pytest.MonkeyPatch,
    card: list[bool],
) -> None:  # fmt: skip
    monkeypatch.setattr(world_module, "LOADER_STEPS", 0)
    world = make_world()
    world.run(0.5)
    monkeypatch.setattr(world_module, "LOADER_STEPS", 20)
    card[0] = False
    world.play((0x90, 72, 100))
    world.run(1)
    assert "Input/output error" in faults(world)["card"]
    world.run(3)
    assert "card" in faults(world)
    card[0] = True
    world.run(5)
    assert world.view.faults == ()
    world.play((0x80, 72, 0))
    world.run(3)
    world.play((0x90, 72, 100))
    world.run(0.3)
    assert np.abs(world.heard(0.1)).max() > 0.01


def test_another_pack_has_another_card(world: World, card: list[bool]) -> None:
    card[0] = False
    world.hands.turn(0, 1)
    world.run(1)
    assert "card" in faults(world)
    card[0] = True
    world.app.post(PackSelected(1))
    world.run(1)
    assert world.view.faults == ()


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "No space left on device"), (errno.EROFS, "Read-only file system")],
)
def test_patches_that_cannot_be_written_are_kept_and_written_later(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def write(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    world.hands.touch(2, 2)
    world.run(0.5)
    world.hands.lift()
    with monkeypatch.context() as patched:
        patched.setattr("device.patches.files.write_atomic", write)
        world.hands.press(2)
        world.run(1.3)
        world.hands.release(2)
        world.run(5)
        assert words in faults(world)["patches"]
        assert str(tmp_path / "patches.json") in faults(world)["patches"]
        assert done(world) is PatchAction.FAILED
        assert "kept" in world.view.patch.text
        assert world.view.patch_slots == (2,)
        world.hands.touch(9, 9)
        world.run(0.5)
        world.hands.lift()
        world.hands.press(2)
        world.run(0.2)
        world.hands.release(2)
        world.run(0.2)
        assert done(world) is PatchAction.RECALLED
        assert world.view.x == pytest.approx(0.2)
        assert is_heard(world)
        assert not (tmp_path / "patches.json").exists()
    world.run(3)
    assert world.view.faults == ()
    assert PatchStore(tmp_path / "patches.json").slots() == (2,)


def test_a_damaged_file_of_patches_is_told_and_kept(make_world: MakeWorld, tmp_path: Path) -> None:
    (tmp_path / "patches.json").write_text('{"format": "latentpad pa')
    world = make_world()
    world.run(0.5)
    assert "patches.json" in faults(world)["patches"]
    assert is_heard(world)
    world.hands.press(0)
    world.run(1.3)
    world.hands.release(0)
    world.run(0.5)
    assert world.view.faults == ()
    assert json.loads((tmp_path / "patches.json").read_text())["patches"][0]["slot"] == 0
    assert list(tmp_path.glob("patches.json.aside-*"))
