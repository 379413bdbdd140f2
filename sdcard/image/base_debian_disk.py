"""Puts the Debian base's disk together: the boot volume of a Raspberry Pi, and the root."""

from __future__ import annotations

import re
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from sdcard.image.base_debian_errors import BaseBuildError
from sdcard.image.base_debian_recipe import (
    CMDLINE_TXT,
    CONFIG_TXT,
    FSTAB,
    KERNEL_FILES,
    NEEDED_TO_BOOT,
    TIME_S,
)
from sdcard.image.base_debian_root import make_root
from sdcard.image.changes import Change, MakeDirectory, PutFile
from sdcard.image.fat_format import FatShape, make_volume
from sdcard.image.fat_image import FatImage
from sdcard.image.layout import ALIGNMENT_BYTES, BOOT, ROOT, SECTOR_BYTES, partuuid
from sdcard.image.mbr import MasterBootRecord, Partition, mbr_bytes
from sdcard.image.sparse import chunks, write_sparse

BOOT_BYTES = 256 << 20
BOOT_SHAPE = FatShape(cluster_sectors=4, reserved_sectors=32, fat_sectors=1026)
NAMESPACE = uuid.UUID("7c9a4a52-6f7c-4c35-9d0e-6b1f5b0c5e11")


def make_disk(tar: Path, disk: Path, architecture: str, disk_id: int) -> None:
    """Write the image of a disk with this number from the root's tar; works in the disk's folder.

    Raises ImageError in its many kinds.
    """
    boot, root = disk.with_name("boot.volume"), disk.with_name("root.volume")
    _make_boot(tar, boot, architecture, disk_id)
    make_root(tar, root, str(uuid.uuid5(NAMESPACE, f"{disk_id:08x}")), list(_changes(disk_id)))
    volumes = {BOOT: boot, ROOT: root}
    partitions, start = [], ALIGNMENT_BYTES // SECTOR_BYTES
    for place, volume in volumes.items():
        sectors = volume.stat().st_size // SECTOR_BYTES
        partitions.append(Partition(place.number, place.mbr_type, start, sectors))
        start += -(-sectors * SECTOR_BYTES // ALIGNMENT_BYTES) * ALIGNMENT_BYTES // SECTOR_BYTES
    with disk.open("wb") as file:
        file.write(mbr_bytes(MasterBootRecord(disk_id, tuple(partitions))))
        for partition, volume in zip(partitions, volumes.values(), strict=True):
            file.seek(partition.start * SECTOR_BYTES)
            for chunk in chunks(volume):
                write_sparse(file, chunk)
        file.truncate(start * SECTOR_BYTES)


def _changes(disk_id: int) -> Iterator[Change]:
    """What the root has to know of its disk."""
    names = {"boot": partuuid(disk_id, BOOT), "root": partuuid(disk_id, ROOT)}
    mounts = {name: f"PARTUUID={value}" for name, value in names.items()}
    yield PutFile("/etc/fstab", FSTAB.format(**mounts).encode())
    yield PutFile("/etc/hostname", b"latentpad\n")
    yield PutFile(
        "/etc/machine-id", b""
    )  # a new one at each start; no first start that asks questions
    yield MakeDirectory(BOOT.mount)


def _make_boot(tar: Path, volume: Path, architecture: str, disk_id: int) -> None:
    shape = BOOT_SHAPE.volume(BOOT_BYTES, volume_id=disk_id, label=BOOT.label)
    make_volume(volume, shape)
    folder = volume.with_name("boot.files")
    folder.mkdir()
    (folder / "config.txt").write_text(CONFIG_TXT)
    root = f"PARTUUID={partuuid(disk_id, ROOT)}"
    (folder / "cmdline.txt").write_text(CMDLINE_TXT.format(root=root))
    for name, data in _kernel_files(tar, NEEDED_TO_BOOT[architecture]).items():
        (folder / name).write_bytes(data)
    FatImage(volume, TIME_S).copy_tree(folder)


def _kernel_files(tar: Path, needed: tuple[str, ...]) -> dict[str, bytes]:
    """Kernel, initramfs, device trees and firmware: name on the boot volume -> content."""
    found: dict[str, bytes] = {}
    with tarfile.open(tar) as members:
        for member in filter(tarfile.TarInfo.isfile, members):
            path = "/" + member.name.removeprefix("./")
            for pattern, name in KERNEL_FILES.items():
                match = re.fullmatch(pattern, path)
                data = members.extractfile(member) if match else None
                if match and data:
                    found[match.expand(name)] = data.read()
    missing = [name for name in needed if name not in found]
    if missing:
        raise BaseBuildError(f"the packages brought no {', '.join(missing)}")
    return found
