"""Decides whether a disk may be overwritten, and puts disks and refusals into words."""

from __future__ import annotations

from sdcard.disks import Disk
from sdcard.flash_errors import DiskRefusedError


def refusals(disk: Disk, needed: int = 0) -> list[str]:
    """All that speaks against overwriting a disk; `needed`: bytes of the image, 0 if unknown."""
    found = []
    if disk.is_system:
        found.append("this machine runs from it")
    if disk.mounts:
        found.append(f"it is mounted at {', '.join(disk.mounts)}")
    if disk.holders:
        found.append(f"it is in use by {', '.join(disk.holders)}")
    if not disk.is_removable:
        kind = "a file, not a card" if disk.bus == "file" else "not a card or removable disk"
        found.append(f"it is {kind}")
    if needed > disk.size:
        found.append(f"it is too small: it has {disk.size} bytes, the image {needed}")
    if disk.is_read_only:
        found.append("it is write protected")
    return found


def check_disk(disk: Disk, needed: int, force: str | None) -> None:
    """Raise DiskRefusedError unless nothing speaks against it, or `force` is the disk's name."""
    found = refusals(disk, needed)
    if force is not None and force != disk.name:
        raise DiskRefusedError(
            f"{disk.path}: its name is {disk.name}, but --force says {force}; nothing was written"
        )
    if found and (force is None or disk.is_read_only):
        raise DiskRefusedError(f"{disk.path}: {'; '.join(found)}; {_way_out(disk)}")


def _way_out(disk: Disk) -> str:
    if disk.is_read_only:
        return "slide the lock of the card, or use another reader"
    if disk.is_system:  # it could be forced, but nobody should be told so in passing
        return "choose another disk, see `latentpad-card disks`"
    return f"if you are sure that all on it may be lost: --force {disk.name}"


def described(disk: Disk) -> str:
    """One line for a person, with what speaks against the disk."""
    line = f"{disk.path!s:14} {size_text(disk.size):>8}  {disk.bus:8}  {disk.model or '-'}"
    return f"{line}  ({'; '.join(refusals(disk))})" if refusals(disk) else line


def size_text(count: int) -> str:
    """As it is printed on cards: decimal."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
