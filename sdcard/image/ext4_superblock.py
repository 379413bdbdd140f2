"""The superblock of ext4: how large the file system is, and what is free in it.

Offsets from Linux: Documentation/filesystems/ext4/super.rst.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from sdcard.image.errors import Ext4Error

SUPERBLOCK_AT, SUPERBLOCK_BYTES = 1024, 1024
MAGIC = 0xEF53
HAS_64_BITS = 0x80  # of the incompatible features


@dataclass(frozen=True)
class Superblock:
    """What it tells of the whole file system."""

    block_bytes: int
    blocks: int
    free_blocks: int
    free_inodes: int
    inodes_per_group: int
    blocks_per_group: int
    written_s: int  # when it was last written, seconds since 1970

    @property
    def size_bytes(self) -> int:
        """Of the file system."""
        return self.blocks * self.block_bytes


def read_superblock(volume: Path) -> Superblock:
    """The superblock of a file system in a file; raises Ext4Error."""
    with volume.open("rb") as file:
        file.seek(SUPERBLOCK_AT)
        data = file.read(SUPERBLOCK_BYTES)
    if len(data) < SUPERBLOCK_BYTES or struct.unpack_from("<H", data, 0x38)[0] != MAGIC:
        raise Ext4Error(f"{volume}: no ext4 file system")
    found = Superblock(
        block_bytes=1024 << min(_number(data, 0x18), 16),
        blocks=_wide(data, 0x04, 0x150),
        free_blocks=_wide(data, 0x0C, 0x158),
        free_inodes=_number(data, 0x10),
        inodes_per_group=_number(data, 0x28),
        blocks_per_group=_number(data, 0x20),
        written_s=_number(data, 0x30),
    )
    is_sound = found.block_bytes <= 1 << 16 and found.free_blocks <= found.blocks
    if not is_sound or not found.inodes_per_group or not found.blocks_per_group:
        raise Ext4Error(f"{volume}: damaged superblock: {found}")
    return found


def _number(data: bytes, offset: int) -> int:
    number: int = struct.unpack_from("<I", data, offset)[0]
    return number


def _wide(data: bytes, low: int, high: int) -> int:
    """A number of which the upper half counts only in larger file systems."""
    has_high = _number(data, 0x60) & HAS_64_BITS
    return _number(data, low) | (_number(data, high) << 32 if has_high else 0)
