"""Bases: cut out whatever they are packed in, recognised, and refused with a reason."""

from __future__ import annotations

import gzip
import lzma
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.image.base_image import Base, open_base
from sdcard.image.changes import BaseFiles
from sdcard.image.errors import BaseFileMissingError, BaseUnusableError
from sdcard.image.release import Release, identify

RELEASE = 'VERSION_CODENAME=trixie\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n'
STATUS = "Package: x\nArchitecture: all\n\nPackage: dpkg\nArchitecture: {}\n"


@pytest.fixture
def cut(tmp_path: Path) -> Callable[[Path], Base]:
    def open_it(image: Path) -> Base:
        folder = tmp_path / "cut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return open_base(image, folder, lambda done, fraction: None)

    return open_it


def test_the_volumes_are_those_of_the_image(
    base: Path, fake_base: ModuleType, cut: Callable[[Path], Base], volumes: ModuleType,
    tmp_path: Path,
) -> None:  # fmt: skip
    found = cut(base)
    assert found.time_s == fake_base.TIME_S
    sectors = fake_base.BOOT_MIB * 2048
    boot = volumes.cut_out(base, fake_base.BOOT_START, sectors, tmp_path / "boot")
    assert found.boot.read_bytes() == boot.read_bytes()
    volumes.check_ext4(found.root)
    assert found.root.stat().st_size == fake_base.ROOT_MIB << 20


@pytest.mark.parametrize("kind", ["gz", "xz", "zst"])
def test_packed_or_not_is_all_the_same(
    base: Path, cut: Callable[[Path], Base], tmp_path: Path, kind: str
) -> None:
    packed = tmp_path / f"base.img.{kind}"
    if kind == "zst":
        if not shutil.which("zstd"):
            pytest.skip("zstd is not installed")
        subprocess.run(["zstd", "-q", "-1", base, "-o", packed], check=True)
    else:
        data = base.read_bytes()
        packed.write_bytes(
            gzip.compress(data, 1) if kind == "gz" else lzma.compress(data, preset=0)
        )
    plain, found = cut(base), cut(packed)
    assert (found.digest, found.time_s) == (plain.digest, plain.time_s)


@pytest.mark.parametrize("kind", ["", ".xz"])
def test_cut_short(base: Path, cut: Callable[[Path], Base], tmp_path: Path, kind: str) -> None:
    data = base.read_bytes()
    short = tmp_path / f"short.img{kind}"
    short.write_bytes(lzma.compress(data, preset=0)[:-1000] if kind else data[: len(data) - 512])
    with pytest.raises(BaseUnusableError, match=r"short.img.*(within partition 2|cut short)"):
        cut(short)


def damaged(base: Path, tmp_path: Path, offset: int, data: bytes) -> Path:
    copy = Path(shutil.copy(base, tmp_path / "damaged.img"))
    with copy.open("r+b") as file:
        file.seek(offset)
        file.write(data)
    return copy


@pytest.mark.parametrize(
    ("offset", "data", "reason"),
    [
        (510, b"\0\0", "no partition table"),
        (446 + 4, b"\xee", "GPT"),
        (446 + 4, b"\x83", "partitions of types 0x83 and 0x83"),
        (446 + 32 + 4, struct.pack("<B3xII", 0x83, 2, 8), r"has partitions \[1, 2, 3\]"),
        (16384 * 512 + 510, b"\0\0", "boot: no FAT file system"),
        (16384 * 512 + (40 << 20) + 1080, b"\0\0", "root: no ext4"),
        (16384 * 512 + (40 << 20) + 4096 * 3, b"\xff" * 100_000, "e2fsck"),
    ],
)
def test_images_that_are_no_base(
    base: Path, cut: Callable[[Path], Base], tmp_path: Path, offset: int, data: bytes, reason: str
) -> None:
    with pytest.raises(BaseUnusableError, match=reason):
        cut(damaged(base, tmp_path, offset, data))


def test_a_boot_volume_with_a_wrong_count_of_free_clusters(
    base: Path, cut: Callable[[Path], Base], volumes: ModuleType, tmp_path: Path
) -> None:
    """As a power cut, or a kernel that did not unmount, leaves it."""
    found = cut(damaged(base, tmp_path, (16384 + 1) * 512 + 488, struct.pack("<I", 7)))
    volumes.check_fat(found.boot)


def test_no_image_at_all(cut: Callable[[Path], Base], tmp_path: Path) -> None:
    with pytest.raises(BaseUnusableError, match="No such file"):
        cut(tmp_path / "nothing.img")


class Files:
    """A BaseFiles from a dictionary."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise BaseFileMissingError(path)
        return self._files[path].encode()

    def exists(self, path: str) -> bool:
        return path in self._files


BOOT: BaseFiles = Files({"/config.txt": "", "/cmdline.txt": ""})


def root(release: str = RELEASE, architecture: str = "arm64") -> Files:
    return Files({"/etc/os-release": release, "/var/lib/dpkg/status": STATUS.format(architecture)})


def test_what_a_base_is() -> None:
    found = identify(root(), BOOT, "base")
    assert found == Release("trixie", "Debian GNU/Linux 13 (trixie)", "arm64")
    assert identify(root(architecture="amd64"), BOOT, "base", "amd64").architecture == "amd64"


@pytest.mark.parametrize(
    ("files", "boot", "reason"),
    [
        (Files({}), BOOT, "no Debian: /etc/os-release"),
        (root("VERSION_CODENAME=bullseye\n"), BOOT, "'bullseye'.*must be bookworm or trixie"),
        (root('VERSION_CODENAME="broken\n'), BOOT, "must be bookworm or trixie"),
        (root(""), BOOT, "'unknown'"),
        (root(architecture="armhf"), BOOT, "'armhf'; it must be arm64"),
        (root(), Files({"/config.txt": ""}), "no /cmdline.txt on its first partition"),
    ],
)
def test_what_is_no_base_of_ours(files: Files, boot: BaseFiles, reason: str) -> None:
    with pytest.raises(BaseUnusableError, match=reason):
        identify(files, boot, "base")
