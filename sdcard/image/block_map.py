"""Which bytes of an image must be written to a card: all but what no file system looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sdcard.bmap_create import BLOCK
from sdcard.image import ext4_space, fat_clusters
from sdcard.image.layout import BOOT, PACKS, Place


@dataclass(frozen=True)
class Volume:
    """A file system in a file, and what of it matters."""

    place: Place
    path: Path
    extents: tuple[tuple[int, int], ...]  # (start, end) in bytes, ascending


def volume_of(place: Place, path: Path) -> Volume:
    """The file system in a file; raises FatError, Ext4Error."""
    is_fat = place in (BOOT, PACKS)
    used = fat_clusters.used_extents(path) if is_fat else ext4_space.used_extents(path)
    return Volume(place, path, tuple(used))


def whole_blocks(extents: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Extents widened to whole blocks of a block map; those that meet become one."""
    start = end = 0
    for first, last in extents:
        first, last = first // BLOCK * BLOCK, -(-last // BLOCK) * BLOCK
        if first > end:
            if end > start:
                yield start, end
            start = first
        end = max(end, last)
    if end > start:
        yield start, end
