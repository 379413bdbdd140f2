"""The disk of the Debian base: its partitions, and the files that a Raspberry Pi starts from."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from sdcard.image.base_debian_disk import BOOT_BYTES, make_disk
from sdcard.image.base_debian_errors import BaseBuildError
from sdcard.image.base_debian_recipe import TIME_S
from sdcard.image.base_image import open_base
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree
from sdcard.image.fat_image import FatImage
from sdcard.image.layout import SECTOR_BYTES
from sdcard.image.mbr import parse_mbr

DISK_ID = 0xCAFE0001
FILES = {
    "./boot/vmlinuz-6.1.0-1-arm64": b"kernel",
    "./boot/initrd.img-6.1.0-1-arm64": b"initramfs",
    "./usr/lib/linux-image-6.1.0-1-arm64/broadcom/bcm2837-rpi-3-b.dtb": b"tree",
    "./usr/lib/linux-image-6.1.0-1-arm64/broadcom/bcm958742k.dtb": b"of another board",
    "./usr/lib/raspi-firmware/start4.elf": b"firmware",
}

pytestmark = pytest.mark.skipif(
    not shutil.which("mcopy") or not shutil.which("debugfs", path="/sbin:/usr/sbin")
    or (os.geteuid() != 0 and not shutil.which("fakeroot")),
    reason="needs mtools, e2fsprogs, and fakeroot or root",
)  # fmt: skip


def tar_of(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "root.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as members:
        for name in sorted({str(Path(name).parent) for name in files} | {"./etc"}):
            info = tarfile.TarInfo(name)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            members.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            members.addfile(info, io.BytesIO(data))
    return path


def test_it_is_a_base_as_raspberry_pi_os_is_one(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    make_disk(tar_of(tmp_path, FILES), disk, "arm64", DISK_ID)
    table = parse_mbr(disk.read_bytes()[:SECTOR_BYTES], "disk", disk.stat().st_size // SECTOR_BYTES)
    assert table.disk_id == DISK_ID
    assert [(one.number, one.mbr_type) for one in table.partitions] == [(1, 0x0C), (2, 0x83)]
    assert table.partitions[0].sectors * SECTOR_BYTES == BOOT_BYTES
    cut = tmp_path / "cut"
    cut.mkdir()
    base = open_base(disk, cut, lambda *_: None)
    boot = FatImage(base.boot, TIME_S)
    boot.check()
    assert boot.read("/kernel8.img") == b"kernel"
    assert boot.read("/initramfs8") == b"initramfs"
    assert boot.read("/bcm2837-rpi-3-b.dtb") == b"tree"
    assert boot.read("/start4.elf") == b"firmware"
    assert not boot.exists("/bcm958742k.dtb")
    assert b"root=PARTUUID=cafe0001-02 " in boot.read("/cmdline.txt")
    debugfs = Debugfs(base.root, TIME_S)
    root = Ext4Files(Ext4Tree(debugfs), debugfs)
    assert b"PARTUUID=cafe0001-01  /boot/firmware" in root.read("/etc/fstab")
    assert root.read("/etc/machine-id") == b""


def test_the_same_tar_makes_the_same_bytes(tmp_path: Path) -> None:
    tar = tar_of(tmp_path, FILES)
    disks = [tmp_path / name / "disk" for name in ("first", "second")]
    for disk in disks:
        disk.parent.mkdir()
        make_disk(tar, disk, "arm64", DISK_ID)
    assert disks[0].read_bytes() == disks[1].read_bytes()


def test_a_root_without_a_kernel_is_none(tmp_path: Path) -> None:
    files = {name: data for name, data in FILES.items() if "initrd" not in name}
    with pytest.raises(BaseBuildError, match="brought no initramfs8"):
        make_disk(tar_of(tmp_path, files), tmp_path / "disk", "arm64", DISK_ID)


def test_containers_need_none(tmp_path: Path) -> None:
    make_disk(tar_of(tmp_path, {}), tmp_path / "disk", "amd64", DISK_ID)
    assert (tmp_path / "disk").exists()
