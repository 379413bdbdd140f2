"""The image itself: how large it is, how long it takes, and that it can be made again."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from imagetier.building import Built, command
from imagetier.card import BOOT, PACKS, PLACES, ROOT, STATE, Card
from imagetier.results import keep

from sdcard.image.layout import BASE_RELEASE

Step = Callable[[str], None]
MOST_BYTES, MOST_COMPRESSED_BYTES = 2 * 10**9, 600 * 10**6


def stored_bytes(path: Path) -> int:
    return path.stat().st_blocks * 512


def test_it_is_no_larger_than_it_should_be(built: Built) -> None:
    if built.compressed is None:
        pytest.skip("the image was there already")
    compressed = built.compressed.stat().st_size
    keep(
        "build",
        {
            "seconds": built.seconds,
            "image_mb": built.image.stat().st_size / 1e6,
            "stored_mb": stored_bytes(built.image) / 1e6,
            "compressed_mb": compressed / 1e6,
        },
    )
    assert stored_bytes(built.image) <= MOST_BYTES
    assert compressed <= MOST_COMPRESSED_BYTES


def test_it_has_the_partitions_of_a_card(built: Built, tmp_path: Path) -> None:
    card = Card(built.image)
    assert [one.number for one in card.table.partitions] == [place.number for place in PLACES]
    assert {"config.txt", "cmdline.txt", "kernel8.img", "latentpad"} <= {
        name.rstrip("/") for name in card.boot_names()
    }
    assert "latentpad-device" in card.debugfs(ROOT, f"ls {BASE_RELEASE}/bin")
    assert "settings.toml" in card.debugfs(STATE, "ls /latentpad")
    for check in card.checks(tmp_path, (BOOT, ROOT, STATE, PACKS)):
        assert check.status == 0, f"{check.place.label}: {check.said}"


def test_a_compressed_base_makes_the_same_image(
    built: Built, pack_sources: Path, tmp_path: Path, step: Step
) -> None:
    """As one downloads Raspberry Pi OS; and that it is the same shows that it can be made again."""
    if built.compressed is None:
        pytest.skip("the image was there already, made of who knows what")
    step("compressing the base as if it were Raspberry Pi OS, and building of that")
    base = tmp_path / "os-lite.img.xz"
    with base.open("wb") as file:
        subprocess.run(["xz", "-c0T0", built.base], stdout=file, check=True)
    again = tmp_path / "again.img"
    command(base, pack_sources / "Alpha 1", again)
    assert digest(again) == digest(built.image)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
