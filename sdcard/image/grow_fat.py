"""Grows a card's last partition and the FAT32 volume in it, safe from a power cut at every write.

Until the boot sector tells of more sectors, nothing looks at what was written before: the new parts
of the FATs, zeros; the partition's new length; FSInfo, which says for a moment that nobody knows
how much is free. Then the boot sector, FSInfo and the copy of the boot sector change by one write
of neighbouring sectors. If power goes in the midst of it, the copy or FSInfo is of before, which
does no harm and is set right by the next run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from sdcard.image.errors import DoesNotFitError, FatError, PartitionTableError
from sdcard.image.fat32 import (
    ENTRY_BYTES,
    FATS,
    FIRST_CLUSTER,
    Fat32,
    parse_boot_sector,
    with_total_sectors,
)
from sdcard.image.fat32_info import UNKNOWN, info_sector_bytes, parse_info_sector
from sdcard.image.layout import PACKS, SECTOR_BYTES
from sdcard.image.mbr import MOST_SECTORS, Partition, parse_mbr, with_sectors

CHUNK = 1 << 20
USUAL_BACKUP = 6  # sector of the copy, where all programs put it
END_ALIGNMENT = 2048  # sectors: a partition ends on a whole MiB


class Medium(Protocol):
    """A disk, or a file that stands for one."""

    name: str
    size: int  # bytes

    def read(self, count: int, offset: int) -> bytes:
        """Exactly so many bytes."""

    def write(self, data: bytes, offset: int) -> None:
        """All of them."""

    def sync(self) -> None:
        """What was written is safe from now on."""


@dataclass(frozen=True)
class Growth:
    """The size of the volume before and after, in bytes; the same if there was nothing to do."""

    before: int
    after: int


def grow(
    medium: Medium, on_partition: Callable[[Partition], None] = lambda partition: None
) -> Growth:
    """Make the partition of the packs and its volume fill the disk, or what its FATs have room for.

    `on_partition` is told of the partition when it has become longer. Raises PartitionTableError,
    FatError, DoesNotFitError and what the medium raises; the files of the volume are safe then.
    """
    sector = medium.read(SECTOR_BYTES, 0)
    table = parse_mbr(sector, medium.name)
    partition = table.partition(PACKS.number, medium.name)
    if any(other.start > partition.start for other in table.partitions):
        raise PartitionTableError(f"{medium.name}: partition {PACKS.number} is not the last one")
    volume = _Volume(medium, partition)
    before, after = volume.shape, volume.shape.grown(_room(medium, partition))
    volume.clear_new_entries(after)
    if partition.sectors < after.total_sectors:
        medium.write(with_sectors(sector, partition.number, after.total_sectors), 0)
        medium.sync()
        on_partition(replace(partition, sectors=after.total_sectors))
    volume.show(after)
    return Growth(before.total_sectors * SECTOR_BYTES, after.total_sectors * SECTOR_BYTES)


def _room(medium: Medium, partition: Partition) -> int:
    """Sectors from the partition's start to the end of the disk, or of what an MBR can tell."""
    end = min(medium.size // SECTOR_BYTES, MOST_SECTORS)
    if partition.end > end:
        raise DoesNotFitError(
            f"{medium.name}: partition {partition.number} ends at sector {partition.end}, the disk"
            f" at {end}: it is too small for what was written to it"
        )
    return max(partition.end, end // END_ALIGNMENT * END_ALIGNMENT) - partition.start


class _Volume:
    """The FAT32 volume in the partition; offsets are bytes from its start."""

    def __init__(self, medium: Medium, partition: Partition) -> None:
        self._medium = medium
        self._start = partition.start * SECTOR_BYTES
        self._boot, self.shape = self._read_boot(f"{medium.name}, partition {partition.number}")

    def _read_boot(self, name: str) -> tuple[bytes, Fat32]:
        """The boot sector, or its copy if a write of the first was cut."""
        first, copy = (self._read(SECTOR_BYTES, at * SECTOR_BYTES) for at in (0, USUAL_BACKUP))
        try:
            return first, parse_boot_sector(first, name)
        except FatError as error:
            with suppress(FatError):
                return copy, parse_boot_sector(copy, name)
            raise error from None

    def clear_new_entries(self, after: Fat32) -> None:
        """Have zeros for all new clusters in both FATs; what is zero is not written again."""
        begin, end = (
            (shape.clusters + FIRST_CLUSTER) * ENTRY_BYTES for shape in (self.shape, after)
        )
        if begin == end:
            return
        for copy in range(FATS):
            for at in range(begin // SECTOR_BYTES * SECTOR_BYTES, end, CHUNK):
                self._clear(self.shape.fat_offset(copy) + at, min(CHUNK, end - at), begin - at)
        self._medium.sync()

    def _clear(self, offset: int, count: int, kept: int) -> None:
        """Zeros for `count` bytes, rounded up to sectors, but for the first `kept`."""
        old = self._read(-(-count // SECTOR_BYTES) * SECTOR_BYTES, offset)
        new = old[: max(0, kept)].ljust(len(old), b"\0")
        if new != old:
            self._write(new, offset)

    def show(self, after: Fat32) -> None:
        """Let the volume be as long as `after`; makes the two boot sectors the same in any case."""
        shape = self.shape
        span = self._read((max(shape.info_sector, shape.backup_sector) + 1) * SECTOR_BYTES, 0)
        boot = with_total_sectors(self._boot, after.total_sectors)
        changed = bytearray(span)
        for number in (0, shape.backup_sector):
            changed[number * SECTOR_BYTES : (number + 1) * SECTOR_BYTES] = boot
        if after != shape:
            info = slice(shape.info_sector * SECTOR_BYTES, (shape.info_sector + 1) * SECTOR_BYTES)
            free, next_free = parse_info_sector(span[info])
            if free != UNKNOWN:
                self._write(info_sector_bytes(UNKNOWN, next_free), info.start)
                self._medium.sync()
                free += after.clusters - shape.clusters
            changed[info] = info_sector_bytes(free, next_free)
        if changed != span:
            self._write(bytes(changed), 0)
            self._medium.sync()

    def _read(self, count: int, offset: int) -> bytes:
        return self._medium.read(count, self._start + offset)

    def _write(self, data: bytes, offset: int) -> None:
        self._medium.write(data, self._start + offset)
