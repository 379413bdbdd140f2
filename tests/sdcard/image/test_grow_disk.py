"""Growing a real disk of the kernel, a loop device, and finding the disk that runs the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sdcard.image.errors import DiskUnusableError
from sdcard.image.fat32 import parse_boot_sector
from sdcard.image.fat_format import FatShape, make_volume
from sdcard.image.grow_disk import grow_disk
from sdcard.image.kernel_disks import partition_node, running_disk
from sdcard.image.mbr import MasterBootRecord, Partition, mbr_bytes

SHAPE = FatShape(cluster_sectors=1, reserved_sectors=32, fat_sectors=1024)
START, FIRST_SECTORS = 4096, 1024


def run(*words: str | Path) -> str:
    return subprocess.run(
        words, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Path]:
    """A disk of 60 MB whose partitions 1 and 4 the kernel knows."""
    if os.geteuid() != 0 or not shutil.which("losetup") or not shutil.which("addpart"):
        pytest.skip("loop devices need root, losetup and addpart (util-linux)")
    volume = SHAPE.volume(SHAPE.least_bytes)
    make_volume(tmp_path / "volume", volume)
    table = MasterBootRecord(
        7,
        (
            Partition(1, 0x83, 2048, FIRST_SECTORS),
            Partition(4, 0x0C, START, volume.total_sectors),
        ),
    )
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.write(mbr_bytes(table))
        file.seek(START * 512)
        file.write((tmp_path / "volume").read_bytes())
        file.truncate(60 << 20)
    try:
        device = Path(run("losetup", "--find", "--show", "--partscan", disk))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device here: {error.stderr.strip()}")
    try:
        for one in table.partitions:
            if partition_node(device, one.number) is None:  # this kernel reads no tables itself
                run("addpart", device, str(one.number), str(one.start), str(one.sectors))
        yield device
    finally:
        run("losetup", "--detach", device)


def known_sectors(loop: Path, number: int) -> int:
    node = partition_node(loop, number)
    assert node is not None
    return int(Path(f"/sys/class/block/{node.name}/size").read_text())


def test_the_kernel_knows_the_longer_partition(loop: Path) -> None:
    node = partition_node(loop, 4)
    assert node is not None
    with node.open("rb") as holder:  # as long as somebody has it open, the kernel buffers it
        old = parse_boot_sector(holder.read(512), "buffered")
        growth = grow_disk(loop)
        with node.open("rb") as file:
            new = parse_boot_sector(file.read(512), "anew")
    assert new.total_sectors * 512 == growth.after
    assert growth.before == old.total_sectors * 512
    assert known_sectors(loop, 4) * 512 == growth.after > growth.before
    assert known_sectors(loop, 1) == FIRST_SECTORS


def test_it_grows_while_another_partition_is_mounted(loop: Path, tmp_path: Path) -> None:
    """As at the first start, when the system runs from the same card."""
    first = partition_node(loop, 1)
    assert first is not None
    (tmp_path / "mounted").mkdir()
    run("mke2fs", "-q", first)
    try:
        run("mount", first, tmp_path / "mounted")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"nothing can be mounted here: {error.stderr.strip()}")
    try:
        growth = grow_disk(loop)
        assert known_sectors(loop, 4) * 512 == growth.after > growth.before
    finally:
        run("umount", tmp_path / "mounted")


Tree = Callable[[str], Path]


@pytest.fixture
def system(tmp_path: Path) -> Tree:
    """A /proc and /sys in which / is the second partition of a card."""

    def make(mounts: str) -> Path:
        disk = tmp_path / "sys/devices/platform/mmc0/block/mmcblk0"
        for number in (1, 2, 4):
            part = disk / f"mmcblk0p{number}"
            part.mkdir(parents=True)
            (part / "partition").write_text(f"{number}\n")
            (part / "dev").write_text(f"179:{number}\n")
        (tmp_path / "sys/dev/block").mkdir(parents=True)
        (tmp_path / "sys/dev/block/179:2").symlink_to(disk / "mmcblk0p2")
        (tmp_path / "sys/dev/block/179:0").symlink_to(disk)
        for folder in ("sys/class/block", "sys/block"):
            (tmp_path / folder).mkdir(parents=True)
            (tmp_path / folder / "mmcblk0").symlink_to(disk)
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/mountinfo").write_text(mounts)
        return tmp_path

    return make


ROOT = "21 1 179:2 / / ro,noatime - ext4 /dev/root ro\n"


def test_the_disk_that_runs_the_system(system: Tree) -> None:
    root = system("1 1 0:2 / / rw - rootfs none rw\n" + ROOT + "30 21 179:1 / /boot/firmware ro\n")
    assert running_disk(root) == Path("/dev/mmcblk0")
    assert partition_node(Path("/dev/mmcblk0"), 4, root) == Path("/dev/mmcblk0p4")
    assert partition_node(Path("/dev/mmcblk0"), 3, root) is None


@pytest.mark.parametrize("number", ["0:25", "179:0"])
def test_a_system_that_runs_from_no_partition(system: Tree, number: str) -> None:
    root = system(ROOT.replace("179:2", number))
    with pytest.raises(DiskUnusableError, match=f"device {number}.*--disk"):
        running_disk(root)


def test_no_proc_at_all(tmp_path: Path) -> None:
    with pytest.raises(DiskUnusableError, match="mountinfo: No such file"):
        running_disk(tmp_path)


def test_a_mounted_partition_does_not_grow(
    loop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = partition_node(loop, 4)
    assert node is not None
    number = Path(f"/sys/class/block/{node.name}/dev").read_text().strip()
    fake = tmp_path / "root"
    (fake / "proc/self").mkdir(parents=True)
    (fake / "sys").symlink_to("/sys")
    (fake / "proc/self/mountinfo").write_text(f"30 21 {number} / /packs rw - vfat {node} rw\n")
    with pytest.raises(DiskUnusableError, match="mounted on /packs"):
        grow_disk(loop, fake)
