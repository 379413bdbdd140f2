"""Opens a base: an image of Raspberry Pi OS, or one like it, cut into its boot and root volumes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdcard.flash_errors import FlashError
from sdcard.flash_source import Source
from sdcard.image import ext4_space
from sdcard.image.errors import BaseUnusableError, ImageError
from sdcard.image.ext4_superblock import read_superblock
from sdcard.image.fat_clusters import read_shape
from sdcard.image.fat_image import FatImage
from sdcard.image.layout import BOOT, ROOT, SECTOR_BYTES
from sdcard.image.mbr import Partition, parse_mbr
from sdcard.image.report import Progress
from sdcard.image.sparse import write_sparse

CHUNK = 1 << 20
LONGEST = 1 << 62  # bytes
LINUX = 0x83
FAT_TYPES = (0x0B, 0x0C)


@dataclass(frozen=True)
class Base:
    """The volumes, as files that may be changed."""

    boot: Path
    root: Path
    digest: str  # SHA-256 of the image, decompressed
    time_s: int  # when its root was last written, seconds since 1970


def open_base(image: Path, folder: Path, progress: Progress) -> Base:
    """Cut an image (plain, gzip, xz, Zstandard) into files of `folder`.

    Raises BaseUnusableError, NoRoomError.
    """
    boot, root = folder / "boot", folder / "root"
    try:
        with Source(image) as source:
            digest = _cut(source, {BOOT.number: boot, ROOT.number: root}, progress)
        read_shape(boot)
        FatImage(boot, time_s=0).repair()
        time_s = read_superblock(root).written_s
        ext4_space.repair(root, time_s)
        return Base(boot, root, digest, time_s)
    except FlashError as error:
        raise BaseUnusableError(str(error)) from error
    except BaseUnusableError:
        raise
    except ImageError as error:
        raise BaseUnusableError(f"{image}: {error}") from error


def _cut(source: Source, outputs: dict[int, Path], progress: Progress) -> str:
    """Write partitions to files; the SHA-256 of the whole, which is read to its very end."""
    first = source.read(SECTOR_BYTES)
    digest = hashlib.sha256(first)
    for partition in _partitions(first, source.path):
        for data in _up_to(source, partition.start * SECTOR_BYTES, progress):
            digest.update(data)
        end = partition.end * SECTOR_BYTES
        with outputs[partition.number].open("wb") as file:
            for data in _up_to(source, end, progress):
                digest.update(data)
                write_sparse(file, data)
            file.truncate(partition.sectors * SECTOR_BYTES)
        if source.position < end:
            raise BaseUnusableError(
                f"{source.path}: ends after {source.position} bytes, within partition"
                f" {partition.number}, which ends at {end}: download it again"
            )
    for data in _up_to(source, LONGEST, progress):
        digest.update(data)
    return digest.hexdigest()


def _up_to(source: Source, end: int, progress: Progress) -> Iterator[bytes]:
    while data := source.read(min(CHUNK, end - source.position)):
        progress(source.position, source.fraction)
        yield data


def _partitions(sector: bytes, image: Path) -> list[Partition]:
    """Boot and root, in the order in which they lie in the image."""
    table = parse_mbr(sector, str(image))
    numbers = [partition.number for partition in table.partitions]
    if numbers != [BOOT.number, ROOT.number]:
        raise BaseUnusableError(
            f"{image}: has partitions {numbers}; Raspberry Pi OS has {BOOT.number} (FAT) and"
            f" {ROOT.number} (ext4)"
        )
    boot, root = table.partitions
    if boot.mbr_type not in FAT_TYPES or root.mbr_type != LINUX:
        raise BaseUnusableError(
            f"{image}: partitions of types 0x{boot.mbr_type:02x} and 0x{root.mbr_type:02x}; those"
            " of Raspberry Pi OS are 0x0c (FAT) and 0x83 (Linux)"
        )
    return sorted(table.partitions, key=lambda partition: partition.start)
