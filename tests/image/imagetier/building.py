"""Builds the image that all tests of this tier share, by the command that people use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetier.story import SOURCES
from sdcard.image.base_debian import debian_base
from sdcard.system.environment.ingredients import cache_folder

ENVIRONMENT = "LATENTPAD_IMAGE_FILE"


@dataclass(frozen=True)
class Built:
    """The image, plain and compressed, and what it took."""

    image: Path
    compressed: Path | None  # None for one that was there already
    seconds: float
    base: Path


def make_packs(packs: Any, folder: Path) -> Path:  # noqa: ANN401 (tests/packs.py)
    """Write the packs of SOURCES; each name has an id of its own, which its versions share."""
    for source, combinations in SOURCES.items():
        name = source.split()[0]
        path = folder / source
        packs.make_test_pack(path, name=name, instruments_per_corner=combinations)
        own_id = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        packs.edit_manifest(path, lambda text, own_id=own_id: packs.altered(text, ["id"], own_id))
    return folder


def build_image(sources: Path, folder: Path, step: Callable[[str], None]) -> Built:
    """Build it with the pack "Alpha 1", or take the one that the environment names."""
    base = debian_base(cache_folder(), step)
    if named := os.environ.get(ENVIRONMENT):
        return Built(Path(named), None, 0.0, base)
    step("building the card's image")
    started_s = time.monotonic()
    compressed = folder / "latentpad.img.zst"
    command(base, sources / "Alpha 1", compressed)
    seconds = time.monotonic() - started_s
    step(f"built in {seconds:.0f} s; unpacking it")
    subprocess.run(["zstd", "-dq", compressed], check=True)
    subprocess.run(["fallocate", "--dig-holes", compressed.with_suffix("")], check=True)
    return Built(compressed.with_suffix(""), compressed, seconds, base)


def command(base: Path | str, pack: Path, output: Path) -> None:
    """`latentpad-card image`; shows what it said if it fails."""
    words = [sys.executable, "-m", "sdcard", "image", "--base", base, "--pack", pack, "-o", output]
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-5000:]
