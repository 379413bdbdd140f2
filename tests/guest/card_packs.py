"""Small sound packs and releases to put on cards in the test kernel."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from card_releases import make_releases


def make_pack(
    packs: ModuleType,
    path: Path,
    pitches: Sequence[int] = (60,),
    *,
    sounds: int = 1,
    seconds: float = 0.12,
) -> None:
    """A pack that shares cells with others of its pitches; "Name 2" is a version of "Name"."""
    name = path.name.split(" ")[0]
    packs.make_test_pack(
        path, name=name, pitches=pitches, rate_hz=8000, columns=2, rows=2, seconds=seconds,
        is_looped=False, instruments_per_corner=sounds,
    )  # fmt: skip
    pack_id, preview = str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), f"media/{sounds}.ogg"
    (path / "media").mkdir()
    (path / preview).write_bytes(path.name.encode() * 999)
    for place, value in (("id", pack_id), ("preview", preview)):
        packs.edit_manifest(
            path, lambda document, p=place, v=value: packs.altered(document, [p], v)
        )


def make_sources(packs: ModuleType, folder: Path) -> None:
    """Packs, of which `Next` is what is installed after a power cut, and releases."""
    folder.mkdir()
    make_pack(packs, folder / "Alpha 1")
    make_pack(packs, folder / "Alpha 2", sounds=2)
    make_pack(packs, folder / "Beta 1", [50], seconds=4)
    make_pack(packs, folder / "Delta 1", sounds=3)
    make_pack(packs, folder / "Flöte 1", [70])
    make_pack(packs, folder / "Next 1", [80])
    make_releases(folder)
