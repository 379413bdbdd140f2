"""Fixtures of the images' tests."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device.pack import archive
from sdcard.image.build import PROGRAMS
from sdcard.image.programs import PACKAGES, SYSTEM_FOLDERS

HERE = Path(__file__).parent
LoadModule = Callable[[Path], ModuleType]


@pytest.fixture(scope="session")
def need_programs() -> Callable[..., None]:
    """Skips the test if a program is missing."""

    def need(*names: str) -> None:
        for name in names:
            if not any(shutil.which(name, path=path) for path in (None, ":".join(SYSTEM_FOLDERS))):
                pytest.skip(f"{name} is not installed ({PACKAGES.get(name, name)})")

    return need


@pytest.fixture(scope="session")
def volumes(need_programs: Callable[..., None], load_module: LoadModule) -> ModuleType:
    """The module that fills, reads and checks file systems in files (volumes.py)."""
    need_programs("mcopy", "mmd", "fsck.fat", "debugfs", "e2fsck")
    return load_module(HERE / "volumes.py")


@pytest.fixture(scope="session")
def fake_base(need_programs: Callable[..., None], load_module: LoadModule) -> ModuleType:
    """The module that makes a small image like that of Raspberry Pi OS (fake_base.py)."""
    need_programs("mke2fs", "debugfs", "mkfs.vfat", "mcopy", "mmd")
    return load_module(HERE / "fake_base.py")


@pytest.fixture(scope="session")
def base(fake_base: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base image that many tests share: do not change it."""
    folder = tmp_path_factory.mktemp("base")
    image: Path = fake_base.make_fake_base(folder / "base.img", folder / "work")
    return image


@pytest.fixture(scope="session")
def two_packs(packs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two small packs that have all their cells in common: a directory and a file."""
    root = tmp_path_factory.mktemp("packs")
    for name in ("Alpha", "Beta"):
        packs.make_test_pack(
            root / name, name=name, pitches=(60,), rate_hz=8000, columns=2, rows=2, seconds=0.12,
            is_looped=False,
        )  # fmt: skip
        pack_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
        packs.edit_manifest(
            root / name, lambda document, value=pack_id: packs.altered(document, ["id"], value)
        )
    archive(root / "Beta", root / "beta.onsp")
    return root / "Alpha", root / "beta.onsp"


@pytest.fixture
def fill_gaps() -> Callable[[Path, list[tuple[int, int]]], None]:
    """Overwrites with 0xFF all bytes of a file that are in none of some extents."""

    def fill(path: Path, extents: list[tuple[int, int]]) -> None:
        size, position = path.stat().st_size, 0
        with path.open("r+b") as file:
            for start, end in [*extents, (size, size)]:
                assert start >= position
                file.seek(position)
                file.write(b"\xff" * (start - position))
                position = end

    return fill


@pytest.fixture(scope="session")
def building(
    need_programs: Callable[..., None], volumes: ModuleType, load_module: LoadModule
) -> ModuleType:
    """The module that builds small images (building.py)."""
    need_programs(*PROGRAMS)
    return load_module(HERE / "building.py")


@pytest.fixture(scope="session")
def built(
    building: ModuleType,
    base: Path,
    two_packs: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """An image with two packs, not compressed, that many tests share: do not change it."""
    image = tmp_path_factory.mktemp("built") / "latentpad.img"
    building.make(building.recipe(base, image, two_packs))
    return image
