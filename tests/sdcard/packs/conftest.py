"""Very small packs, and a card that has two of them."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device.pack import archive
from sdcard.packs import install

MakePack = Callable[..., Path]


@pytest.fixture(scope="session")
def make_pack(packs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> MakePack:
    """Makes a pack directory; packs of one `pitch` share cells, `sounds` is combinations."""
    root = tmp_path_factory.mktemp("sources")

    def make(
        name: str,
        pitch: int = 60,
        sounds: int = 1,
        preview: bytes = b"",
        key: str = "",
        preview_name: str = "media/preview.ogg",
    ) -> Path:
        path = root / f"{name}-{pitch}-{sounds}-{len(preview)}"
        if path.exists():
            return path
        packs.make_test_pack(
            path, name=name, pitches=(pitch,), rate_hz=8000, columns=2, rows=2, seconds=0.12,
            is_looped=False, instruments_per_corner=sounds,
        )  # fmt: skip
        pack_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, key or name))
        packs.edit_manifest(path, lambda document: packs.altered(document, ["id"], pack_id))
        if preview:
            (path / "media").mkdir()
            (path / preview_name).write_bytes(preview)
            packs.edit_manifest(
                path, lambda document: packs.altered(document, ["preview"], preview_name)
            )
        return path

    return make


@pytest.fixture(scope="session")
def filled(make_pack: MakePack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card with an installed pack "Alpha" and a copied file "Beta"; do not change it."""
    card = tmp_path_factory.mktemp("filled")
    install(make_pack("Alpha", preview=b"alpha"), card)
    archive(make_pack("Beta", pitch=50), card / "beta.onsp")
    return card


@pytest.fixture
def card(filled: Path, tmp_path: Path) -> Path:
    """The same for oneself."""
    return Path(shutil.copytree(filled, tmp_path / "card"))
