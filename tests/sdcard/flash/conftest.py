"""Images with a partition table and holes, and disks to write them to."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.bmap_create import create_bmap

KIB = 1024
DATA = ((0, 8), (64, 300), (1024, 2048))  # KiB: what the image holds
IMAGE_BYTES = 4096 * KIB + 512  # the last block is not a whole one, the last range is a hole


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image of 4 MiB, with holes."""
    noise = random.Random(7)
    path = tmp_path / "card.img"
    with path.open("wb") as file:
        for start, end in DATA:
            file.seek(start * KIB)
            file.write(noise.randbytes((end - start) * KIB))
        file.seek(510)
        file.write(b"\x55\xaa")
        file.truncate(IMAGE_BYTES)
    return path


@pytest.fixture
def mapped_image(image: Path) -> Path:
    """The same with its block map beside it."""
    image.with_name("card.img.bmap").write_bytes(create_bmap(image))
    return image


@pytest.fixture
def make_disk(tmp_path: Path) -> Callable[..., Path]:
    """Makes a file that stands for a disk, full of old data with an old partition table."""

    def make(size: int = 5 << 20) -> Path:
        path = tmp_path / "disk"
        old = bytearray(b"\x11" * size)
        old[510:512] = b"\x55\xaa"
        path.write_bytes(old)
        return path

    return make
