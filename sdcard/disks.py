"""Finds the disks of this Linux machine, with all that speaks against overwriting them."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdcard.flash_errors import DiskNotFoundError, DisksUnknownError
from sdcard.mounts import Uses, read_uses

SECTOR_BYTES = 512  # of /sys/block/*/size, whatever the disk's own sectors are
MODEL_FILES = ("device/vendor", "device/model", "device/name", "loop/backing_file")


@dataclass(frozen=True)
class Disk:
    """A whole disk, or a file that stands for one."""

    name: str  # as the kernel calls it: "sdb", "mmcblk0"; of a file its own name
    path: Path
    size: int  # bytes
    model: str  # "" if it does not tell
    bus: str  # "SD", "USB", "internal" or "file"
    is_removable: bool
    is_read_only: bool = False
    mounts: tuple[str, ...] = ()  # where it or a part of it is mounted
    is_system: bool = False  # this machine runs from it
    holders: tuple[str, ...] = ()  # what is stacked on it: RAID, LVM, encryption


def list_disks(root: Path = Path("/")) -> list[Disk]:
    """All disks with a medium in them, by name; raises DisksUnknownError off Linux.

    `root`: where /sys/block, /proc/self/mountinfo and /proc/swaps lie.
    """
    blocks = root / "sys/block"
    try:
        folders = sorted(blocks.iterdir())
    except OSError as error:
        raise DisksUnknownError(
            f"{blocks}: {error.strerror}; this command needs Linux, elsewhere Raspberry Pi Imager"
            " writes the same image"
        ) from error
    uses = read_uses(root)
    disks = (_read_disk(folder, uses) for folder in folders)
    return [disk for disk in disks if disk.size > 0]


def find_disk(path: Path, root: Path = Path("/")) -> Disk:
    """The disk behind a path, which may be a link; raises DiskNotFoundError for anything else."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except OSError as error:
        raise DiskNotFoundError(f"{path}: {error.strerror}; {_choice(root)}") from error
    if stat.S_ISREG(mode):
        return Disk(real.name, real, real.stat().st_size, "", "file", is_removable=False)
    if not stat.S_ISBLK(mode):
        raise DiskNotFoundError(f"{path}: not a disk; {_choice(root)}")
    return _disk_of_node(path, real, root)


def _disk_of_node(path: Path, real: Path, root: Path) -> Disk:
    for disk in list_disks(root):
        if disk.name == real.name:
            return disk
        if (root / "sys/block" / disk.name / real.name).is_dir():
            raise DiskNotFoundError(
                f"{path}: only a part of {disk.path}; an image needs the whole disk: {disk.path}"
            )
    raise DiskNotFoundError(f"{path}: no medium in it; {_choice(root)}")


def _choice(root: Path) -> str:
    names = [str(disk.path) for disk in list_disks(root) if disk.is_removable]
    return f"removable disks here: {', '.join(names) or 'none'}"


def _read_disk(folder: Path, uses: Uses) -> Disk:
    names = set(_names(folder))
    mounts = tuple(sorted({use for name in names for use in uses.mounts.get(name, ())}))
    bus = _bus(folder)
    return Disk(
        name=folder.name,
        path=Path("/dev") / folder.name.replace("!", "/"),
        size=int(_text(folder / "size") or 0) * SECTOR_BYTES,
        model=" ".join(filter(None, (_text(folder / name) for name in MODEL_FILES))),
        bus=bus,
        is_removable=_text(folder / "removable") == "1" or bus == "SD",
        is_read_only=_text(folder / "ro") == "1",
        mounts=mounts,
        is_system=uses.has_system(mounts) or not names.isdisjoint(uses.swaps),
        holders=tuple(sorted(names - {folder.name, *(part.name for part in _parts(folder))})),
    )


def _bus(folder: Path) -> str:
    """A card slot calls its cards fixed: what tells is their type (SD; soldered chips are MMC)."""
    if _text(folder / "device/type") == "SD":
        return "SD"
    return "USB" if re.search(r"/usb\d+/", str(folder.resolve())) else "internal"


def _names(folder: Path) -> Iterator[str]:
    """The disk, its partitions, and whatever is stacked on any of them."""
    for part in (folder, *_parts(folder)):
        yield part.name
        for holder in _entries(part / "holders"):
            yield from _names(folder.parent / holder.name)


def _parts(folder: Path) -> list[Path]:
    return [entry for entry in _entries(folder) if (entry / "partition").exists()]


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
