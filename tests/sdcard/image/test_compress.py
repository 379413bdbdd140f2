"""Compression: nothing is lost, and the number of processors does not show."""

from __future__ import annotations

import hashlib
import lzma
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.image.compress import COMPRESSORS, compress, file_digest
from sdcard.image.errors import ProgramFailedError

NOISE = 256 << 10
DATA = random.Random(3).randbytes(NOISE) + bytes(30 << 20) + b"end"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "card.img"
    with path.open("wb") as file:
        file.write(DATA[:NOISE])
        file.seek(len(DATA) - 3)
        file.write(b"end")
    return path


def packed(image: Path, suffix: str) -> Path:
    output = image.with_name(f"out{suffix}")
    told: list[float] = []
    with output.open("wb") as file:
        digest = compress(image, suffix, file, lambda done, fraction: told.append(fraction))
    assert digest == hashlib.sha256(DATA).hexdigest()
    assert told == sorted(told)
    assert told[-1] == 1
    return output


def test_not_compressed_is_sparse(image: Path) -> None:
    output = packed(image, "")
    assert output.read_bytes() == DATA
    assert output.stat().st_blocks * 512 < 1 << 20


@pytest.mark.parametrize("suffix", [".xz", ".zst"])
def test_nothing_is_lost(image: Path, need_programs: Callable[..., None], suffix: str) -> None:
    program = COMPRESSORS[suffix][0]
    need_programs(program)
    output = packed(image, suffix)
    assert output.stat().st_size < 1 << 20
    plain = subprocess.run([program, "-dc", output], check=True, capture_output=True).stdout
    assert (plain == DATA) is True


@pytest.mark.parametrize("suffix", [".xz", ".zst"])
def test_the_same_on_any_number_of_processors(
    image: Path, need_programs: Callable[..., None], monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    need_programs(COMPRESSORS[suffix][0])
    found = set()
    for count in (1, 5):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        found.add(file_digest(packed(image, suffix)))
    assert len(found) == 1


def test_blocks_of_xz_can_be_read_by_python(
    image: Path, need_programs: Callable[..., None]
) -> None:
    need_programs("xz")
    assert (lzma.decompress(packed(image, ".xz").read_bytes()) == DATA) is True


def test_a_full_disk_is_told(image: Path, need_programs: Callable[..., None]) -> None:
    need_programs("zstd")
    with Path("/dev/full").open("wb") as full, pytest.raises(ProgramFailedError, match="zstd"):
        compress(image, ".zst", full, lambda done, fraction: None)
