"""The first half of making an image: everything is looked at, planned, and known to fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdcard.image import ext4_space, room
from sdcard.image.base_image import Base, open_base
from sdcard.image.card_plan import CardPlan, aligned
from sdcard.image.changes import BaseFiles, Changes
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_superblock import read_superblock
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree
from sdcard.image.fat_image import FatImage
from sdcard.image.identity import Identity
from sdcard.image.layout import BOOT, PACKS, ROOT, STATE
from sdcard.image.packs_volume import needed_bytes, stage
from sdcard.image.recipe import Recipe
from sdcard.image.release import Release, identify
from sdcard.image.report import Report


@dataclass(frozen=True)
class Facts:
    """What the changes may depend on, beside the files of the base."""

    release: Release
    disk_id: int  # from which PARTUUIDs are made: layout.partuuid
    time_s: int  # of all that is written, seconds since 1970
    folder: Path  # for what lies between; it is gone when the image is made


Customise = Callable[[BaseFiles, BaseFiles, Facts], Changes]
"""Given the files of the base's root and boot volumes."""


@dataclass(frozen=True)
class Prepared:
    """What the second half needs; the base's volumes are still as they were."""

    base: Base
    shelf: Path  # the packs, as they will lie on the card
    facts: Facts
    identity: Identity
    changes: Changes
    plan: CardPlan


def prepare(recipe: Recipe, customise: Customise, folder: Path, report: Report) -> Prepared:
    """Check the packs, cut out the base and ask for the changes; works in a folder of its own.

    Raises ImageError, the errors of a damaged pack (PackError), and what `customise` raises.
    """
    report.step(f"checking {len(recipe.packs)} sound packs")
    packs_digest = stage(recipe.packs, folder / "shelf")
    report.step(f"reading {recipe.base}")
    base = open_base(recipe.base, folder, report.progress("reading"))
    time_s = base.time_s if recipe.time_s is None else recipe.time_s
    identity = Identity(base.digest, packs_digest)
    debugfs, boot = Debugfs(base.root, time_s), FatImage(base.boot, time_s)
    root = Ext4Files(Ext4Tree(debugfs), debugfs)
    release = identify(root, boot, str(recipe.base), recipe.architecture)
    facts = Facts(release, identity.number("disk"), time_s, folder)
    report.step(f"it is {release.name} for {release.architecture}")
    changes = customise(root, boot, facts)
    prepared = Prepared(
        base, folder / "shelf", facts, identity, changes,
        _plan(recipe, base, folder / "shelf", facts.disk_id, changes),
    )  # fmt: skip
    _check_room(recipe, prepared, folder)
    return prepared


def _plan(recipe: Recipe, base: Base, shelf: Path, disk_id: int, changes: Changes) -> CardPlan:
    found = read_superblock(base.root)
    blocks, inodes = ext4_space.needed(changes.root, found.block_bytes)
    root = ext4_space.grown_bytes(found, blocks, inodes, recipe.root_free_bytes)
    sizes = {
        BOOT: base.boot.stat().st_size,
        ROOT: max(root, base.root.stat().st_size),
        STATE: recipe.state_bytes,
        PACKS: max(recipe.packs_bytes, needed_bytes(shelf, recipe.shape)),
    }
    return CardPlan(disk_id, {place.number: aligned(size) for place, size in sizes.items()})


def _check_room(recipe: Recipe, prepared: Prepared, folder: Path) -> None:
    """Volumes that are still to be written, the image, and the output are there at once."""
    found = read_superblock(prepared.base.root)
    blocks, _ = ext4_space.needed(prepared.changes.root, found.block_bytes)
    new = room.tree_bytes(prepared.shelf) + blocks * found.block_bytes
    image = new + room.used_ext4_bytes(prepared.base.root) + room.stored_bytes(prepared.base.boot)
    room.check_room(folder, new + image, "the image's parts")
    is_elsewhere = recipe.output.parent.stat().st_dev != folder.stat().st_dev
    room.check_room(recipe.output.parent, image + (0 if is_elsewhere else new), "the image")
