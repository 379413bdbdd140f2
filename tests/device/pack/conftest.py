"""Fresh copies of a small pack, as a directory and as an archive, for tests that damage them."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest

from device.pack import archive


@pytest.fixture
def pack_dir(test_pack: Path, tmp_path: Path) -> Path:
    """A small pack of one's own, as a directory."""
    return Path(shutil.copytree(test_pack, tmp_path / "pack"))


@pytest.fixture
def onsp(test_pack: Path, tmp_path: Path) -> Path:
    """A small pack of one's own, as an archive."""
    path = tmp_path / "pack.onsp"
    archive(test_pack, path)
    return path


@pytest.fixture(scope="session")
def cell_data(packs: ModuleType, test_pack: Path) -> bytes:
    """The bytes of the top left cell: one source, two looped notes and a one-shot."""
    data: bytes = packs.first_cell(test_pack).read_bytes()
    return data
