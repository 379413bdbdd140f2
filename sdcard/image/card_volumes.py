"""The second half of making an image: the four volumes, each checked when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sdcard.image import ext4_space
from sdcard.image.block_map import Volume, volume_of
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_edit import edit
from sdcard.image.ext4_superblock import read_superblock
from sdcard.image.fat_format import FatShape
from sdcard.image.fat_image import FatImage
from sdcard.image.layout import BOOT, PACKS, ROOT, STATE
from sdcard.image.packs_volume import make_packs_volume
from sdcard.image.prepare import Prepared
from sdcard.image.report import Report
from sdcard.image.state_volume import make_state_volume


def make_volumes(
    prepared: Prepared, shape: FatShape, folder: Path, report: Report
) -> Iterator[Volume]:
    """Make and check one after another, in files of a folder; raises ImageError."""
    report.step(f"changing the boot volume: {len(prepared.changes.boot)} changes")
    yield _boot(prepared)
    report.step(f"changing the root volume: {len(prepared.changes.root)} changes")
    yield _root(prepared)
    report.step("making the volume of the state")
    yield _state(prepared, folder / "state")
    report.step("making the volume of the packs")
    yield _packs(prepared, shape, folder / "packs")


def _boot(prepared: Prepared) -> Volume:
    image = FatImage(prepared.base.boot, prepared.facts.time_s)
    image.edit(prepared.changes.boot)
    image.check()
    return volume_of(BOOT, image.volume)


def _root(prepared: Prepared) -> Volume:
    path, time_s = prepared.base.root, prepared.facts.time_s
    size = prepared.plan.sizes[ROOT.number]
    if size > read_superblock(path).size_bytes:
        ext4_space.grow_to(path, size, time_s)
    edit(Debugfs(path, time_s), prepared.changes.root)
    ext4_space.check(path, time_s)
    return volume_of(ROOT, path)


def _state(prepared: Prepared, path: Path) -> Volume:
    make_state_volume(
        path, prepared.plan.sizes[STATE.number], prepared.changes.state,
        prepared.identity, prepared.facts.time_s,
    )  # fmt: skip
    ext4_space.check(path, prepared.facts.time_s)
    return volume_of(STATE, path)


def _packs(prepared: Prepared, shape: FatShape, path: Path) -> Volume:
    image = make_packs_volume(
        path, prepared.shelf, shape, prepared.plan.sizes[PACKS.number],
        prepared.plan.offset(PACKS), prepared.identity.number("packs"), prepared.facts.time_s,
    )  # fmt: skip
    image.check()
    return volume_of(PACKS, path)
