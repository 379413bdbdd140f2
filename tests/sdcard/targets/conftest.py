"""Small packs to send to an instrument."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

MakePack = Callable[..., Path]


@pytest.fixture(scope="session")
def make_pack(packs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> MakePack:
    """Makes a pack directory of `sounds` combinations with 4 cells each."""
    root = tmp_path_factory.mktemp("sources")

    def make(
        name: str, sounds: int = 1, preview: bytes = b"", pitch: int = 60, seconds: float = 0.5
    ) -> Path:
        path = root / f"{name}-{sounds}-{len(preview)}-{pitch}"
        if not path.exists():
            packs.make_test_pack(
                path, name=name, pitches=(pitch,), rate_hz=8000, columns=2, rows=2,
                seconds=seconds, is_looped=False, instruments_per_corner=sounds,
            )  # fmt: skip
            changes = {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name))}
            if preview:
                (path / "preview.ogg").write_bytes(preview)
                changes["preview"] = "preview.ogg"
            packs.edit_manifest(path, lambda document: document | changes)
        return path

    return make
