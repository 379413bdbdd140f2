"""The master boot record: up to four partitions and the disk's number, in the first 512 bytes.

At 440 the disk's number (32 bits, from which PARTUUIDs are made), at 446 four entries of 16 bytes
(state, CHS of the first sector, type, CHS of the last, first sector, sectors), at 510 55 AA; little
endian. The boot code before them is not used on a Raspberry Pi.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

from sdcard.image.errors import PartitionTableError
from sdcard.image.layout import SECTOR_BYTES

DISK_ID_AT, ENTRIES_AT, SIGNATURE_AT = 440, 446, 510
SIGNATURE = b"\x55\xaa"
ENTRY = struct.Struct("<B3sB3sII")
ENTRIES = 4
SECTORS_IN_ENTRY = 12  # offset of the number of sectors
ACTIVE, NOT_ACTIVE = 0x80, 0x00
NO_CHS = b"\xfe\xff\xff"  # "only the sector numbers count"
GPT = 0xEE
EXTENDED = (0x05, 0x0F, 0x85)
MOST_SECTORS = 0xFFFFFFFF


@dataclass(frozen=True)
class Partition:
    """One entry; sectors are of 512 bytes."""

    number: int  # 1..4
    mbr_type: int
    start: int  # sector
    sectors: int

    @property
    def end(self) -> int:
        """The sector after its last."""
        return self.start + self.sectors


@dataclass(frozen=True)
class MasterBootRecord:
    """All entries in use, by number."""

    disk_id: int
    partitions: tuple[Partition, ...]

    @property
    def end(self) -> int:
        """The sector after the last of all partitions."""
        return max((partition.end for partition in self.partitions), default=1)

    def partition(self, number: int, name: str) -> Partition:
        """One of them; raises PartitionTableError, in which the disk is called `name`."""
        for partition in self.partitions:
            if partition.number == number:
                return partition
        there = ", ".join(str(partition.number) for partition in self.partitions) or "none"
        raise PartitionTableError(f"{name}: has no partition {number}, only {there}")


def parse_mbr(sector: bytes, name: str, disk_sectors: int | None = None) -> MasterBootRecord:
    """Read strictly; partitions may not overlap, nor end after `disk_sectors`.

    `name` is what errors call the disk. Raises PartitionTableError.
    """
    if len(sector) < SECTOR_BYTES or sector[SIGNATURE_AT:SECTOR_BYTES] != SIGNATURE:
        raise PartitionTableError(f"{name}: no image of a card: it has no partition table")
    partitions = tuple(
        filter(None, (_parse_entry(sector, index, name) for index in range(ENTRIES)))
    )
    for one, other in pairwise(sorted(partitions, key=lambda partition: partition.start)):
        if other.start < one.end:
            raise PartitionTableError(
                f"{name}: partition {other.number} begins at sector {other.start}, before"
                f" partition {one.number} ends, at {one.end}"
            )
    for partition in partitions:
        if disk_sectors is not None and partition.end > disk_sectors:
            raise PartitionTableError(
                f"{name}: partition {partition.number} ends at sector {partition.end}, but there"
                f" are only {disk_sectors}: cut short"
            )
    (disk_id,) = struct.unpack_from("<I", sector, DISK_ID_AT)
    return MasterBootRecord(disk_id, partitions)


def _parse_entry(sector: bytes, index: int, name: str) -> Partition | None:
    state, _, kind, _, start, sectors = ENTRY.unpack_from(sector, ENTRIES_AT + index * ENTRY.size)
    number = index + 1
    if kind == 0:
        return None
    if kind == GPT:
        raise PartitionTableError(f"{name}: has a GPT; only a master boot record is read")
    if kind in EXTENDED:
        raise PartitionTableError(f"{name}: partition {number} is an extended one (0x{kind:02x})")
    if state not in (ACTIVE, NOT_ACTIVE) or start == 0 or sectors == 0:
        raise PartitionTableError(
            f"{name}: damaged entry of partition {number}: state 0x{state:02x} (0x00 or 0x80),"
            f" first sector {start}, sectors {sectors}"
        )
    return Partition(number, kind, start, sectors)


def mbr_bytes(record: MasterBootRecord) -> bytes:
    """The sector, without boot code; raises PartitionTableError if a number does not fit."""
    sector = bytearray(SECTOR_BYTES)
    struct.pack_into("<I", sector, DISK_ID_AT, record.disk_id)
    for one in record.partitions:
        if one.end > MOST_SECTORS:
            raise PartitionTableError(
                f"partition {one.number} ends at sector {one.end}; the last is {MOST_SECTORS}"
            )
        ENTRY.pack_into(
            sector, ENTRIES_AT + (one.number - 1) * ENTRY.size,
            NOT_ACTIVE, NO_CHS, one.mbr_type, NO_CHS, one.start, one.sectors,
        )  # fmt: skip
    sector[SIGNATURE_AT:] = SIGNATURE
    return bytes(sector)


def with_sectors(sector: bytes, number: int, sectors: int) -> bytes:
    """The same sector, with another length of one partition and nothing else changed."""
    changed = bytearray(sector)
    at = ENTRIES_AT + (number - 1) * ENTRY.size + SECTORS_IN_ENTRY
    struct.pack_into("<I", changed, at, sectors)
    return bytes(changed)
