"""Space in an ext4 file system in a file: what is free, what changes need, and making room."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sdcard.image.changes import Change, Delete, PutFile
from sdcard.image.errors import Ext4Error
from sdcard.image.ext4_superblock import Superblock, read_superblock
from sdcard.image.layout import ALIGNMENT_BYTES
from sdcard.image.programs import run

FREE = re.compile(rb"^  Free blocks:(.*)$", re.MULTILINE)
RANGE = re.compile(rb"(\d+)(?:-(\d+))?")


def used_extents(volume: Path) -> Iterator[tuple[int, int]]:
    """(start, end) in bytes, ascending: all but the blocks that are known to be free.

    Raises Ext4Error, ProgramFailedError.
    """
    found = read_superblock(volume)
    start = free_blocks = 0
    for first, last in _free_ranges(volume):
        free_blocks += last - first + 1
        if first > start:
            yield start * found.block_bytes, first * found.block_bytes
        start = last + 1
    if start < found.blocks:
        yield start * found.block_bytes, found.size_bytes
    if free_blocks != found.free_blocks:
        raise Ext4Error(
            f"{volume}: dumpe2fs lists {free_blocks} free blocks, the superblock"
            f" {found.free_blocks}"
        )


def _free_ranges(volume: Path) -> Iterator[tuple[int, int]]:
    """(first, last), ascending."""
    told, _ = run("dumpe2fs", volume)
    for line in FREE.finditer(told):
        for found in RANGE.finditer(line[1]):
            yield int(found[1]), int(found[2] or found[1])


def needed(changes: Iterable[Change], block_bytes: int) -> tuple[int, int]:
    """(blocks, inodes) that changes take at most: of files whole blocks, of each directory one."""
    blocks, paths = 0, set[str]()
    for change in changes:
        if isinstance(change, Delete):
            continue
        if isinstance(change, PutFile):
            size = len(change.data) if isinstance(change.data, bytes) else _size(change.data)
            blocks += -(-size // block_bytes)
        path = change.path
        while path not in paths and path != "/":
            paths.add(path)
            path = posixpath.dirname(path)
    return blocks + len(paths), len(paths)  # a block for each name: directories and long extents


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the edit will tell what is wrong with it


def grown_bytes(found: Superblock, blocks: int, inodes: int, free_bytes: int) -> int:
    """Size of the file system with room for so much more, and `free_bytes` free after that."""
    missing = blocks + -(-free_bytes // found.block_bytes) - found.free_blocks
    groups = -(-max(0, inodes - found.free_inodes) // found.inodes_per_group)
    missing = max(missing, groups * found.blocks_per_group)
    if missing <= 0:
        return found.size_bytes
    missing += missing // 50 + found.inodes_per_group // 8  # tables of the new groups
    size = found.size_bytes + missing * found.block_bytes
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def grow_to(volume: Path, size_bytes: int, time_s: int) -> None:
    """Make the file and the file system in it larger; raises ProgramFailedError, Ext4Error."""
    with volume.open("r+b") as file:
        file.truncate(size_bytes)
    run("resize2fs", "-f", volume, time_s=time_s)
    found = read_superblock(volume)
    if not 0 <= size_bytes - found.size_bytes < found.block_bytes:
        raise Ext4Error(f"{volume}: {found.size_bytes} bytes after growing, not {size_bytes}")


def check(volume: Path, time_s: int) -> None:
    """Raise ProgramFailedError if anything is wrong."""
    run("e2fsck", "-fn", volume, time_s=time_s)


def repair(volume: Path, time_s: int) -> None:
    """Replay the journal and the like; raises ProgramFailedError for real damage."""
    run("e2fsck", "-fp", volume, time_s=time_s, good=(0, 1))
