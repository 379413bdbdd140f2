"""Makes an empty FAT32 volume that can grow later: its FATs have room for more than its clusters.

No program does this: they all make FATs as long as the volume of today needs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from sdcard.image.errors import DoesNotFitError
from sdcard.image.fat32 import FATS, FIRST_CLUSTER, LEAST_CLUSTERS, MEDIA, Fat32, boot_sector_bytes
from sdcard.image.fat32_info import info_sector_bytes
from sdcard.image.layout import SECTOR_BYTES

END_OF_CHAIN = 0x0FFFFFFF
VOLUME_LABEL = 0x08  # attribute of a directory entry
EMPTY_SECTOR = bytes(510) + b"\x55\xaa"  # the third of the boot sectors


@dataclass(frozen=True)
class FatShape:
    """What a volume keeps for life, in sectors of 512 bytes."""

    cluster_sectors: int
    reserved_sectors: int
    fat_sectors: int

    def volume(self, size_bytes: int, **named: int | str) -> Fat32:
        """A volume within so many bytes; raises DoesNotFitError if it cannot be FAT32."""
        whole = Fat32(
            self.cluster_sectors,
            self.reserved_sectors,
            self.fat_sectors,
            0,
            **named,  # type: ignore[arg-type]
        )
        volume = whole.grown(size_bytes // SECTOR_BYTES)
        if volume.clusters < LEAST_CLUSTERS:
            raise DoesNotFitError(
                f"a FAT32 volume of {size_bytes} bytes: the least for clusters of"
                f" {self.cluster_sectors * SECTOR_BYTES} bytes is {self.least_bytes}"
            )
        return volume

    @property
    def least_bytes(self) -> int:
        """The smallest volume of this shape."""
        return self.data_bytes + LEAST_CLUSTERS * self.cluster_sectors * SECTOR_BYTES

    @property
    def data_bytes(self) -> int:
        """What lies before the first cluster."""
        return (self.reserved_sectors + FATS * self.fat_sectors) * SECTOR_BYTES


CARD_SHAPE = FatShape(cluster_sectors=64, reserved_sectors=64, fat_sectors=65504)
"""Clusters of 32 KiB and FATs for 274 GB of them; the first begins at 64 MiB, like erase units."""


def make_volume(path: Path, volume: Fat32) -> None:
    """Write an empty volume to a new sparse file."""
    free = volume.clusters - 1  # the root directory has one
    sectors = {
        0: boot_sector_bytes(volume),
        volume.info_sector: info_sector_bytes(free, FIRST_CLUSTER + 1),
        2: EMPTY_SECTOR,
    }
    with path.open("wb") as file:
        for base in (0, volume.backup_sector):
            for number, data in sectors.items():
                file.seek((base + number) * SECTOR_BYTES)
                file.write(data)
        for copy in (0, 1):
            file.seek(volume.fat_offset(copy))
            file.write(struct.pack("<III", 0x0FFFFF00 | MEDIA, END_OF_CHAIN, END_OF_CHAIN))
        file.seek(volume.data_sector * SECTOR_BYTES)
        file.write(volume.label.encode("ascii").ljust(11) + bytes((VOLUME_LABEL,)) + bytes(20))
        file.truncate(volume.total_sectors * SECTOR_BYTES)
