"""Makes the volume of the packs: the packs installed as on a card, then copied to FAT."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from device.pack.members import MANIFEST_NAME
from sdcard.image.errors import ChangeRefusedError
from sdcard.image.fat_format import FatShape, make_volume
from sdcard.image.fat_image import FatImage
from sdcard.image.layout import PACKS, SECTOR_BYTES
from sdcard.packs.install import install

NAME_BYTES = 13 * 32  # of a directory for a name of up to 156 characters
SPARE_BYTES = 16 << 20  # that are free in any case before the volume has grown


def stage(packs: Iterable[Path], shelf: Path) -> str:
    """Install packs into a folder; returns a digest of what they are.

    Raises PackError if one is damaged, ChangeRefusedError if two are the same.
    """
    shelf.mkdir()
    sources: dict[Path, Path] = {}
    for pack in packs:
        folder = install(pack, shelf).path
        if folder in sources:
            raise ChangeRefusedError(f"{pack}: is the same pack as {sources[folder]}")
        sources[folder] = pack
    manifests = sorted((folder / MANIFEST_NAME).read_bytes() for folder in sources)
    return hashlib.sha256(b"\0".join(manifests)).hexdigest()


def needed_bytes(shelf: Path, shape: FatShape) -> int:
    """A volume that has room for all that is in a folder, and SPARE_BYTES."""
    cluster = shape.cluster_sectors * SECTOR_BYTES
    clusters = 1
    for path in shelf.rglob("*"):
        size = path.stat().st_size if path.is_file() else len([*path.iterdir()]) * NAME_BYTES
        clusters += -(-size // cluster) or 1
    data = clusters * cluster + SPARE_BYTES
    return max(shape.least_bytes, shape.data_bytes + data)


def make_packs_volume(
    path: Path, shelf: Path, shape: FatShape, size: int, offset: int, volume_id: int, time_s: int
) -> FatImage:
    """Write the volume; `offset`: where its partition begins, in bytes. Raises ImageError."""
    volume = shape.volume(
        size, label=PACKS.label, volume_id=volume_id, hidden_sectors=offset // SECTOR_BYTES
    )
    make_volume(path, volume)
    image = FatImage(path, time_s)
    image.copy_tree(shelf)
    return image
