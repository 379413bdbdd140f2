"""Puts the volumes of a card into one image, which has holes where there is nothing.

The image ends where the last thing on it ends. The partition of packs, the last, goes on to where
its table says: on every card that is large enough, and nothing beyond the end is looked at. So the
gigabytes that FAT32 must have at least (see fat_format) are neither stored nor written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sdcard.bmap_create import BLOCK
from sdcard.image.block_map import Volume, whole_blocks
from sdcard.image.card_plan import CardPlan, aligned
from sdcard.image.mbr import mbr_bytes
from sdcard.image.sparse import copy_extents


def assemble(image: Path, plan: CardPlan, volumes: Iterable[Volume]) -> list[tuple[int, int]]:
    """Write the image; returns (start, end) of the blocks that belong on a card.

    What no file system looks at is left out, like the contents of deleted files.
    """
    extents = [(0, BLOCK)]  # where old tables of another kind would lie is among them
    with image.open("wb") as file:
        file.write(mbr_bytes(plan.table))
        for volume in sorted(volumes, key=lambda volume: volume.place.number):
            offset = plan.offset(volume.place)
            copy_extents(volume.path, volume.extents, file, offset)
            extents += _shifted(volume.extents, offset)
        blocks = list(whole_blocks(extents))
        file.truncate(aligned(blocks[-1][1]))
    return blocks


def _shifted(extents: Iterable[tuple[int, int]], offset: int) -> Iterator[tuple[int, int]]:
    for start, end in extents:
        yield start + offset, end + offset
