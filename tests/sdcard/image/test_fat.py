"""FAT32 volumes that can grow, and files on FAT: made here, looked at by other programs."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.image import fat_clusters
from sdcard.image.changes import Delete, MakeDirectory, PutFile, Symlink
from sdcard.image.errors import (
    BaseFileMissingError,
    ChangeRefusedError,
    DoesNotFitError,
    FatError,
    ProgramFailedError,
)
from sdcard.image.fat32 import boot_sector_bytes, parse_boot_sector
from sdcard.image.fat32_info import UNKNOWN, info_sector_bytes, parse_info_sector
from sdcard.image.fat_format import CARD_SHAPE, FatShape, make_volume
from sdcard.image.fat_image import FatImage

SMALL = FatShape(cluster_sectors=1, reserved_sectors=32, fat_sectors=2048)
TIME_S = 1_700_000_000


@pytest.fixture
def volume(volumes: ModuleType, tmp_path: Path) -> Path:
    path = tmp_path / "volume"
    make_volume(path, SMALL.volume(SMALL.least_bytes, label="PACKS", volume_id=0x1234ABCD))
    return path


def test_a_new_volume_is_clean(volume: Path, volumes: ModuleType) -> None:
    volumes.check_fat(volume)
    told = volumes.call("mdir", "-i", volume, "::")
    assert "Volume in drive : is PACKS" in told
    assert "1234-ABCD" in told


def test_the_card_s_volume_grows_to_256_gb(volumes: ModuleType, tmp_path: Path) -> None:
    shape = CARD_SHAPE.volume(CARD_SHAPE.least_bytes)
    assert shape.grown(1 << 40).total_sectors * 512 > 256e9
    assert CARD_SHAPE.data_bytes % (4 << 20) == 0
    make_volume(tmp_path / "card", shape)
    volumes.check_fat(tmp_path / "card")
    assert (tmp_path / "card").stat().st_blocks * 512 < 1 << 20  # sparse


def test_too_small_for_fat32() -> None:
    with pytest.raises(DoesNotFitError, match=str(SMALL.least_bytes)):
        SMALL.volume(SMALL.least_bytes - 1)


def test_a_boot_sector_says_what_was_meant() -> None:
    shape = SMALL.volume(40 << 20, label="PACKS", volume_id=7, hidden_sectors=8192)
    assert parse_boot_sector(boot_sector_bytes(shape), "volume") == shape


@pytest.mark.parametrize(
    ("offset", "data", "reason"),
    [
        (510, b"\0\0", "does not end with 55 AA"),
        (22, b"\x09\0", "not FAT32"),
        (11, b"\0\x10", "sectors of 4096 bytes"),
        (13, b"\x03", "clusters of 3 sectors"),
        (40, b"\x80\0", "flags 0x0080"),
        (48, b"\xff\xff", "FSInfo in sector 65535"),
        (32, b"\xff\xff\xff\xff", "clusters, though its FATs are for"),
        (44, b"\xff\xff\xff\xff", "the root lies in cluster"),
    ],
)
def test_boot_sectors_that_are_refused(offset: int, data: bytes, reason: str) -> None:
    sector = bytearray(boot_sector_bytes(SMALL.volume(40 << 20)))
    sector[offset : offset + len(data)] = data
    with pytest.raises(FatError, match=reason):
        parse_boot_sector(bytes(sector), "volume")


def test_free_numbers_of_a_damaged_fsinfo_are_unknown() -> None:
    sector = info_sector_bytes(1000, 5)
    assert parse_info_sector(sector) == (1000, 5)
    assert parse_info_sector(b"\0" + sector[1:]) == (UNKNOWN, UNKNOWN)


def test_files_put_read_replaced_and_deleted(
    volume: Path, volumes: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(b"of a file")
    image = FatImage(volume, TIME_S)
    image.edit(
        [
            PutFile("/config.txt", b"first\r\n"),
            PutFile("/deep/down/A long name.txt", tmp_path / "source"),
            MakeDirectory("/empty"),
            PutFile("/gone/one", b"1"),
        ]
    )
    image.edit([PutFile("/config.txt", b"second\n"), Delete("/gone"), Delete("/never/was")])
    assert image.read("/config.txt") == b"second\n"
    assert image.exists("/empty")
    assert not image.exists("/gone")
    image.edit([Delete("/empty"), Delete("/config.txt"), PutFile("/last", b"")])
    assert volumes.fat_tree(volume, tmp_path / "tree") == {
        "deep/down/A long name.txt": b"of a file", "last": b"",
    }  # fmt: skip
    image.check()


def test_all_times_are_the_image_s(volume: Path, volumes: ModuleType, tmp_path: Path) -> None:
    image = FatImage(volume, TIME_S)
    image.edit([PutFile("/folder/file", b"x")])
    for path in ("::/", "::/folder"):
        assert "2023-11-14  22:13" in volumes.call("mdir", "-i", volume, path)


@pytest.mark.parametrize("path", ["/a:b", "/a*", "/q?", "/x[1]", "/end.", '/"', "/line\nbreak"])
def test_names_that_fat_cannot_have(volume: Path, path: str) -> None:
    with pytest.raises(ChangeRefusedError, match="FAT cannot have this name"):
        FatImage(volume, TIME_S).edit([PutFile(path, b"")])


def test_no_links_on_fat(volume: Path) -> None:
    with pytest.raises(ChangeRefusedError, match="no symbolic links"):
        FatImage(volume, TIME_S).edit([Symlink("/a", "b")])


def test_a_missing_file(volume: Path) -> None:
    with pytest.raises(BaseFileMissingError, match="/config"):
        FatImage(volume, TIME_S).read("/config.txt")


def test_a_full_volume_is_an_error(volume: Path) -> None:
    with pytest.raises(ProgramFailedError, match="full"):
        FatImage(volume, TIME_S).edit([PutFile("/big", bytes(40 << 20))])


def test_damage_is_found(volume: Path) -> None:
    with volume.open("r+b") as file:
        file.seek(32 * 512 + 4 * 100)
        file.write(struct.pack("<I", 7))  # a cluster in use that belongs to no file
    with pytest.raises(ProgramFailedError, match="fsck"):
        FatImage(volume, TIME_S).check()


def test_only_free_clusters_do_not_matter(
    volume: Path, volumes: ModuleType, tmp_path: Path, fill_gaps: Callable[..., None]
) -> None:
    files = {f"f{number}": bytes([number]) * 5000 for number in range(20)}
    image = FatImage(volume, TIME_S)
    image.edit([PutFile(f"/{name}", data) for name, data in files.items()])
    image.edit([Delete(f"/f{number}") for number in range(3, 20, 2)])
    extents = list(fat_clusters.used_extents(volume))
    assert len(extents) > 9
    fill_gaps(volume, extents)
    volumes.check_fat(volume)
    wanted = {name: data for name, data in files.items() if image.exists(f"/{name}")}
    assert volumes.fat_tree(volume, tmp_path / "tree") == wanted


def test_a_tree_is_copied_in_order_of_names(
    volume: Path, volumes: ModuleType, tmp_path: Path
) -> None:
    files = {f"{where}{n:03}": b"x" * n for where in ("", "folder/") for n in range(250)}
    for name in reversed(files):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(files[name])
    FatImage(volume, TIME_S).copy_tree(tmp_path / "tree")
    volumes.check_fat(volume)
    assert volumes.fat_tree(volume, tmp_path / "found") == files
    names = volumes.call("mdir", "-b", "-i", volume, "::/folder").split()
    assert names == [f"::/folder/{n:03}" for n in range(250)]
