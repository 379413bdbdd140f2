"""The boot sector of FAT32, read and written: the shape of a volume.

From Microsoft's "FAT32 File System Specification" 1.03 of 2000. Linux and Windows call a volume
FAT32 when its 16-bit FAT length is 0; the specification and mtools go by the number of clusters,
so there must be LEAST_CLUSTERS of them. A FAT may be longer than its clusters need.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from sdcard.image.errors import FatError
from sdcard.image.layout import SECTOR_BYTES

LEAST_CLUSTERS = 65525
MOST_CLUSTERS = 0x0FFFFFF5
FIRST_CLUSTER = 2  # the FAT's first two entries stand for none
ENTRY_BYTES = 4
FATS = 2
MEDIA = 0xF8  # a fixed disk
NOT_MIRRORED = 0x0080  # of the flags: only one of the FATs is in use
SIGNATURE_AT, SIGNATURE = 510, b"\x55\xaa"
TOTAL_SECTORS_AT = 32
COMMON = struct.Struct("<3s8sHBHBHHBHHHII")
EXTENDED = struct.Struct("<IHHIHH12xBBBI11s8s")


@dataclass(frozen=True)
class Fat32:
    """The shape of one volume, in sectors of 512 bytes and in clusters."""

    cluster_sectors: int
    reserved_sectors: int
    fat_sectors: int  # of one of the two
    total_sectors: int
    root_cluster: int = FIRST_CLUSTER
    info_sector: int = 1
    backup_sector: int = 6
    hidden_sectors: int = 0  # before the volume on its disk
    volume_id: int = 0
    label: str = "NO NAME"

    @property
    def data_sector(self) -> int:
        """The first sector of the first cluster."""
        return self.reserved_sectors + FATS * self.fat_sectors

    @property
    def clusters(self) -> int:
        """How many there are now."""
        return (self.total_sectors - self.data_sector) // self.cluster_sectors

    @property
    def capacity(self) -> int:
        """How many clusters there is room for in the FATs."""
        entries = self.fat_sectors * SECTOR_BYTES // ENTRY_BYTES
        return min(entries - FIRST_CLUSTER, MOST_CLUSTERS)

    def grown(self, total_sectors: int) -> Fat32:
        """As much of so many sectors as whole clusters and the FATs allow."""
        clusters = (total_sectors - self.data_sector) // self.cluster_sectors
        whole = min(clusters, self.capacity) * self.cluster_sectors
        return replace(self, total_sectors=self.data_sector + whole)

    def fat_offset(self, copy: int) -> int:
        """Bytes from the volume's start to one of the FATs, 0 or 1."""
        return (self.reserved_sectors + copy * self.fat_sectors) * SECTOR_BYTES


def parse_boot_sector(sector: bytes, name: str) -> Fat32:
    """Read strictly; `name` is what errors call the volume. Raises FatError."""
    if len(sector) < SECTOR_BYTES or sector[SIGNATURE_AT:SECTOR_BYTES] != SIGNATURE:
        raise FatError(f"{name}: no FAT file system: its first sector does not end with 55 AA")
    common = COMMON.unpack_from(sector)
    _, _, sector_bytes, cluster, reserved, fats, root_entries, short_total, _, short_fat = common[
        :10
    ]
    hidden, total = common[12:]
    fat, flags, version, root, info, backup, _, _, _, volume_id, label, _ = EXTENDED.unpack_from(
        sector, COMMON.size
    )
    if short_fat or short_total or root_entries or not fat:
        raise FatError(f"{name}: not FAT32 (FAT12, FAT16, exFAT or NTFS)")
    if sector_bytes != SECTOR_BYTES or fats != FATS or flags & NOT_MIRRORED or version:
        raise FatError(
            f"{name}: sectors of {sector_bytes} bytes (512), {fats} FATs (2), flags"
            f" 0x{flags:04x} (0x0000), version {version} (0)"
        )
    if cluster not in (1, 2, 4, 8, 16, 32, 64, 128):
        raise FatError(f"{name}: clusters of {cluster} sectors (a power of two up to 128)")
    shape = Fat32(
        cluster, reserved, fat, total, root, info, backup, hidden, volume_id,
        label.decode("ascii", "replace").rstrip(),
    )  # fmt: skip
    _check(shape, name)
    return shape


def _check(shape: Fat32, name: str) -> None:
    if not 0 < shape.info_sector < shape.reserved_sectors > shape.backup_sector > 0:
        raise FatError(
            f"{name}: FSInfo in sector {shape.info_sector}, backup in {shape.backup_sector}: both"
            f" must be within 1..{shape.reserved_sectors - 1}"
        )
    if not 0 < shape.clusters <= shape.capacity:
        raise FatError(
            f"{name}: {shape.clusters} clusters, though its FATs are for 1..{shape.capacity}"
        )
    if not FIRST_CLUSTER <= shape.root_cluster < shape.clusters + FIRST_CLUSTER:
        raise FatError(f"{name}: the root lies in cluster {shape.root_cluster}, which is not there")


def boot_sector_bytes(shape: Fat32) -> bytes:
    """The sector; a processor that boots it stops at once (EB FE)."""
    sector = bytearray(SECTOR_BYTES)
    COMMON.pack_into(
        sector, 0, b"\xeb\xfe\x90", b"MSWIN4.1", SECTOR_BYTES, shape.cluster_sectors,
        shape.reserved_sectors, FATS, 0, 0, MEDIA, 0, 63, 255, shape.hidden_sectors,
        shape.total_sectors,
    )  # fmt: skip
    EXTENDED.pack_into(
        sector, COMMON.size, shape.fat_sectors, 0, 0, shape.root_cluster, shape.info_sector,
        shape.backup_sector, 0x80, 0, 0x29, shape.volume_id,
        shape.label.encode("ascii").ljust(11), b"FAT32   ",
    )  # fmt: skip
    sector[SIGNATURE_AT:] = SIGNATURE
    return bytes(sector)


def with_total_sectors(sector: bytes, total: int) -> bytes:
    """The same boot sector with another length of the volume and nothing else changed."""
    changed = bytearray(sector)
    struct.pack_into("<I", changed, TOTAL_SECTORS_AT, total)
    return bytes(changed)
