"""Which bytes of a FAT32 volume matter: all but those of its free clusters."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

from sdcard.image.errors import FatError
from sdcard.image.fat32 import ENTRY_BYTES, FIRST_CLUSTER, Fat32, parse_boot_sector
from sdcard.image.layout import SECTOR_BYTES

ENTRY_MASK = 0x0FFFFFFF  # the upper four bits belong to nobody
ENTRIES = "I"


def read_shape(volume: Path) -> Fat32:
    """The shape of the volume in a file; raises FatError."""
    with volume.open("rb") as file:
        return parse_boot_sector(file.read(SECTOR_BYTES), str(volume))


def used_extents(volume: Path) -> Iterator[tuple[int, int]]:
    """(start, end) in bytes, ascending; raises FatError."""
    shape = read_shape(volume)
    cluster = shape.cluster_sectors * SECTOR_BYTES
    data = shape.data_sector * SECTOR_BYTES
    start, end = 0, data
    for number, entry in enumerate(_entries(volume, shape)):
        if not entry & ENTRY_MASK:
            continue
        at = data + number * cluster
        if at > end:
            yield start, end
            start = at
        end = at + cluster
    yield start, end


def _entries(volume: Path, shape: Fat32) -> array[int]:
    """Of all clusters, from the first on."""
    with volume.open("rb") as file:
        file.seek(shape.fat_offset(0) + FIRST_CLUSTER * ENTRY_BYTES)
        entries = array(ENTRIES, file.read(shape.clusters * ENTRY_BYTES))
    if len(entries) != shape.clusters:
        raise FatError(f"{volume}: cut short within its first FAT")
    if sys.byteorder == "big":
        entries.byteswap()
    return entries
