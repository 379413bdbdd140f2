"""Finds a partition of an instrument's card on a disk, if nothing speaks against using it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from sdcard.disk_checks import refusals
from sdcard.disks import Disk, find_disk, list_disks
from sdcard.flash_errors import FlashError
from sdcard.image.errors import ImageError
from sdcard.image.layout import PLACES, SECTOR_BYTES, STATE, Place
from sdcard.image.mbr import MasterBootRecord, parse_mbr
from sdcard.targets.errors import NotACardError, TargetRefusedError

_LABEL_AT, _LABEL_BYTES = 1024 + 120, 16  # s_volume_name in the superblock of ext4


@dataclass(frozen=True)
class Stretch:
    """A partition within a disk, in bytes."""

    disk: Disk
    place: Place
    offset: int
    size: int


def find_partition(path: Path, place: Place, root: Path = Path("/")) -> Stretch:
    """Where a partition of a card lies.

    `root`: see sdcard.disks. Raises NotACardError and TargetRefusedError.
    """
    try:
        disk = find_disk(path, root)
    except FlashError as error:
        raise NotACardError(str(error)) from error
    _check(disk, root)
    record = _read_card(disk)
    if disk.bus == "file":
        _lengthen(disk.path, record)
    found = record.partition(place.number, str(path))
    return Stretch(disk, place, found.start * SECTOR_BYTES, found.sectors * SECTOR_BYTES)


def _check(disk: Disk, root: Path) -> None:
    """The same as before flashing, but an image file is as good as a card."""
    if disk.bus == "file":
        loops = [one for one in list_disks(root) if one.model == str(disk.path)]
        mounts = tuple(mount for loop in loops for mount in loop.mounts)
        holders = tuple(loop.name for loop in loops)
        disk = replace(disk, is_removable=True, mounts=mounts, holders=holders)
    found = refusals(disk)
    if found:
        way_out = "name that folder, or unmount it" if disk.mounts else "see `latentpad-card disks`"
        raise TargetRefusedError(f"{disk.path}: {'; '.join(found)}; {way_out}")


def _read_card(disk: Disk) -> MasterBootRecord:
    """Its partitions, if they are an instrument's: its state has a name that no other has."""
    try:
        with disk.path.open("rb") as file:
            record = _read_table(file.read(SECTOR_BYTES), disk)
            found = [record.partition(place.number, str(disk.path)) for place in PLACES]
            file.seek(found[STATE.number - 1].start * SECTOR_BYTES + _LABEL_AT)
            label = file.read(_LABEL_BYTES).split(b"\0")[0].decode("utf-8", "replace")
    except PermissionError as error:
        raise TargetRefusedError(f"{disk.path}: {error.strerror}; sudo") from error
    except (ImageError, OSError) as error:
        raise NotACardError(f"{error}; no card of an instrument") from error
    types = [one.mbr_type for one in found]
    if types != [place.mbr_type for place in PLACES] or label != STATE.label:
        raise NotACardError(
            f"{disk.path}: no card of an instrument: its third partition is called {label!r}, not"
            f" {STATE.label!r}, or their types are others"
        )
    return record


def _read_table(sector: bytes, disk: Disk) -> MasterBootRecord:
    """All partitions lie on the disk; of an image only the last may end after it."""
    sectors = disk.size // SECTOR_BYTES
    if disk.bus != "file":
        return parse_mbr(sector, str(disk.path), sectors)
    record = parse_mbr(sector, str(disk.path))
    if any(one.start >= sectors for one in record.partitions):
        raise NotACardError(f"{disk.path}: cut short after {disk.size} bytes")
    return record


def _lengthen(path: Path, record: MasterBootRecord) -> None:
    """An image leaves out the free space at its end, which a file system wants to have."""
    end = record.end * SECTOR_BYTES
    if path.stat().st_size < end:
        try:
            os.truncate(path, end)
        except OSError as error:
            raise TargetRefusedError(f"{path}: {error.strerror}") from error
