"""Finds out before the work whether this machine has room for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from sdcard.disk_checks import size_text
from sdcard.image.errors import NoRoomError
from sdcard.image.ext4_superblock import read_superblock

UNPACKED = 6  # times the size of a compressed base: about what Raspberry Pi OS takes


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raise NoRoomError unless so many bytes are free for what is to lie in a folder."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise NoRoomError(
            f"{folder}: {what} needs {size_text(needed)}, {size_text(free)} are free;"
            " make room, or name another folder: --work"
        )


def stored_bytes(path: Path) -> int:
    """What a file takes of its disk; holes take nothing."""
    return path.stat().st_blocks * 512


def base_bytes(image: Path) -> int:
    """What a base may take when it is cut out."""
    suffixes = (".xz", ".gz", ".zst")
    size = image.stat().st_size
    return size * UNPACKED if image.suffix in suffixes else min(size, stored_bytes(image))


def tree_bytes(folder: Path) -> int:
    """All files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def used_ext4_bytes(volume: Path) -> int:
    """What is not free in a file system."""
    found = read_superblock(volume)
    return (found.blocks - found.free_blocks) * found.block_bytes
