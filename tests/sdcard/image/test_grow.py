"""Growing the last partition: to the end of the card, and safe from a cut at every sector."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.__main__ import main
from sdcard.image.errors import (
    DoesNotFitError,
    FatError,
    ImageError,
    PartitionTableError,
)
from sdcard.image.fat32 import parse_boot_sector
from sdcard.image.fat_format import FatShape, make_volume
from sdcard.image.grow_disk import OpenDisk
from sdcard.image.grow_fat import grow
from sdcard.image.layout import PACKS, SECTOR_BYTES
from sdcard.image.mbr import MasterBootRecord, Partition, mbr_bytes, parse_mbr

SHAPE = FatShape(cluster_sectors=1, reserved_sectors=32, fat_sectors=1024)  # up to 131,070 clusters
START = 2048
FILES = {"one.txt": b"first", "cells/long name of a cell.cell": bytes(range(256)) * 40}


class RecordedDisk:
    """A file that remembers what was written to it, one sector at a time."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self.size = path.stat().st_size
        self.writes: list[tuple[int, bytes]] = []
        self.kernel_told: list[Partition] = []

    def read(self, count: int, offset: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(offset)
            return file.read(count)

    def write(self, data: bytes, offset: int) -> None:
        assert offset % SECTOR_BYTES == len(data) % SECTOR_BYTES == 0
        put(self._path, offset, data)
        self.writes += [
            (offset + at, data[at : at + SECTOR_BYTES]) for at in range(0, len(data), SECTOR_BYTES)
        ]

    def sync(self) -> None:
        """Cuts come between any two sectors, synchronised or not."""


def put(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@pytest.fixture(scope="module")
def small_card(volumes: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card right after flashing: three partitions, a small one with files; the rest is garbage.

    The garbage is also where the FATs have room for later clusters.
    """
    folder = tmp_path_factory.mktemp("card")
    volume = SHAPE.volume(SHAPE.least_bytes + (1 << 20), label="PACKS")
    make_volume(folder / "packs", volume)
    volumes.call("mmd", "-i", folder / "packs", "::cells")
    for name, data in FILES.items():
        volumes.fat_put(folder / "packs", name, data, folder)
    volumes.check_fat(folder / "packs")
    for copy in (0, 1):
        first = volume.fat_offset(copy) + (volume.clusters + 2) * 4
        put(folder / "packs", first, b"\xff" * (volume.fat_offset(copy) + 1024 * 512 - first))
    table = MasterBootRecord(
        0xCAFE0001,
        (
            Partition(1, 0x0C, 64, 64),
            Partition(2, 0x83, 512, 64),
            Partition(4, 0x0C, START, volume.total_sectors),
        ),
    )
    card = folder / "card.img"
    packs = (folder / "packs").read_bytes()
    card.write_bytes(mbr_bytes(table) + b"\xff" * (START - 1) * 512 + packs + b"\xff" * (20 << 20))
    return card


@pytest.fixture
def card(small_card: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_card, tmp_path / "card.img"))


def volume_of(volumes: ModuleType, card: Path, folder: Path) -> Path:
    """The partition's volume, as long as the partition table says."""
    with card.open("rb") as file:
        partition = parse_mbr(file.read(512), "card").partition(PACKS.number, "card")
    output = folder / "volume"
    result: Path = volumes.cut_out(card, partition.start, partition.sectors, output)
    return result


def test_all_of_the_card_and_all_files(card: Path, volumes: ModuleType, tmp_path: Path) -> None:
    before = card.stat().st_size
    with OpenDisk(card) as disk:
        growth = grow(disk)
    assert card.stat().st_size == before
    assert 0 <= before - START * 512 - growth.after < 1 << 20
    volume = volume_of(volumes, card, tmp_path)
    assert volume.stat().st_size == growth.after > growth.before
    volumes.check_fat(volume)
    assert volumes.fat_tree(volume, tmp_path / "tree") == FILES


def test_what_was_grown_can_be_filled(card: Path, volumes: ModuleType, tmp_path: Path) -> None:
    with OpenDisk(card) as disk:
        growth = grow(disk)
    volume = volume_of(volumes, card, tmp_path)
    big = b"x" * (growth.after - growth.before)
    volumes.fat_put(volume, "big", big, tmp_path)
    volumes.check_fat(volume)
    assert volumes.fat_tree(volume, tmp_path / "tree") == {**FILES, "big": big}


def test_again_changes_nothing(card: Path) -> None:
    with OpenDisk(card) as disk:
        first = grow(disk)
    again = RecordedDisk(card)
    assert grow(again).before == grow(again).after == first.after
    assert again.writes == []


def test_a_cut_after_any_sector(card: Path, volumes: ModuleType, tmp_path: Path) -> None:
    """The files are there and the volume is clean, of the old size or the new; a rerun ends it.

    Of the new FATs' sectors, which nothing looks at yet, a few stand for all.
    """
    recorded = RecordedDisk(Path(shutil.copy(card, tmp_path / "recorded.img")))
    growth = grow(recorded)
    sizes = []
    for number, (offset, data) in enumerate(recorded.writes):
        put(card, offset, data)
        if 0 < number < len(recorded.writes) - 10:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        volume = volume_of(volumes, card, folder)
        size = parse_boot_sector(volume.read_bytes()[:SECTOR_BYTES], "volume").total_sectors * 512
        assert size in (growth.before, growth.after)
        assert size <= volume.stat().st_size
        sizes.append(size)
        volumes.call("fsck.fat", "-n", volume)
        assert volumes.fat_tree(volume, folder / "tree") == FILES
        resumed = Path(shutil.copy(card, folder / "resumed.img"))
        with OpenDisk(resumed) as disk:
            assert grow(disk).after == growth.after
        volume = volume_of(volumes, resumed, folder)
        assert "ifference" not in volumes.call("fsck.fat", "-n", volume)
        assert volumes.fat_tree(volume, folder / "resumed") == FILES
        shutil.rmtree(folder)
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (growth.before, growth.after)
    assert len(sizes) == 11


def test_a_boot_sector_that_was_cut_in_the_midst(
    card: Path, volumes: ModuleType, tmp_path: Path
) -> None:
    put(card, START * 512, b"\xff" * 512)
    with OpenDisk(card) as disk:
        assert grow(disk).after > 40 << 20
    volume = volume_of(volumes, card, tmp_path)
    volumes.check_fat(volume)
    assert volumes.fat_tree(volume, tmp_path / "tree") == FILES


def test_zeros_are_not_written_again(card: Path) -> None:
    """Right after flashing the FATs are zeros: to write 64 MB more would take a card seconds."""
    with card.open("rb") as file:
        file.seek(START * 512)
        shape = parse_boot_sector(file.read(512), "volume")
    for copy in (0, 1):
        first = shape.fat_offset(copy) + (shape.clusters + 2) * 4
        put(card, START * 512 + first, bytes(shape.fat_offset(copy) + 1024 * 512 - first))
    disk = RecordedDisk(card)
    grow(disk)
    assert len(disk.writes) < 10


def test_no_further_than_the_fats_have_room_for(card: Path) -> None:
    with card.open("r+b") as file:
        file.truncate(200 << 20)
    with OpenDisk(card) as disk:
        growth = grow(disk)
    assert growth.after == (32 + 2 * 1024 + 1024 * 128 - 2) * 512


def test_a_card_without_more_room(card: Path) -> None:
    with card.open("rb") as file:
        end = parse_mbr(file.read(512), "card").partition(4, "card").end
    with card.open("r+b") as file:
        file.truncate(end * 512)
    disk = RecordedDisk(card)
    growth = grow(disk)
    assert growth.before == growth.after
    assert disk.writes == []


def other_table(card: Path, *partitions: Partition) -> None:
    put(card, 0, mbr_bytes(MasterBootRecord(1, partitions)))


def test_what_is_refused_is_not_touched(card: Path) -> None:
    def refused(kind: type[ImageError], reason: str) -> None:
        before = card.read_bytes()
        with OpenDisk(card) as disk, pytest.raises(kind, match=reason):
            grow(disk)
        assert (card.read_bytes() == before) is True

    with card.open("rb") as file:
        packs = parse_mbr(file.read(512), "card").partition(4, "card")
    other_table(card, Partition(1, 0x0C, 64, 64))
    refused(PartitionTableError, "no partition 4, only 1")
    other_table(card, packs, Partition(2, 0x83, packs.end, 64))
    refused(PartitionTableError, "partition 4 is not the last")
    other_table(card, Partition(4, 0x0C, START, 1 << 20))
    refused(DoesNotFitError, "it is too small")
    other_table(card, Partition(4, 0x0C, 8192 * 3, 1000))  # where there are files
    refused(FatError, "partition 4: no FAT file system")
    put(card, 0, bytes(512))
    refused(PartitionTableError, "no partition table")


def test_from_the_command_line(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grow", "--disk", str(card)]) == 0
    assert "for packs are" in capsys.readouterr().out
    assert main(["grow", "--disk", str(card)]) == 0
    assert "all there can be" in capsys.readouterr().out
    assert main(["grow", "--disk", str(card.with_name("none"))]) == 1
    assert "none: No such file" in capsys.readouterr().err
