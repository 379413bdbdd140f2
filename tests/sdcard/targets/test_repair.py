"""A FAT volume that was pulled out while it was written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sdcard.targets import repair
from sdcard.targets.errors import MountError
from sdcard.targets.repair import repair_fat

FAT_AT = 32 * 512  # reserved sectors, as mkfs.fat is told below
SECTORS = 131072


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """An empty FAT32."""
    path = tmp_path / "volume"
    command = ["mkfs.fat", "-C", "-F", "32", "-s", "1", "-R", "32", path, str(SECTORS // 2)]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return path


def check(volume: Path) -> int:
    return subprocess.run(["fsck.fat", "-n", volume], capture_output=True, check=False).returncode


def put(volume: Path, offset: int, data: bytes) -> None:
    with volume.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def test_a_clean_one_is_not_touched(volume: Path) -> None:
    before = volume.read_bytes()
    repair_fat(volume)
    assert volume.read_bytes() == before


def test_a_chain_that_belongs_to_nobody_is_mended(volume: Path) -> None:
    put(volume, FAT_AT + 4 * 100, (0x0FFFFFFF).to_bytes(4, "little"))
    assert check(volume) == 1
    repair_fat(volume)
    assert check(volume) == 0


def test_it_is_repeated_until_there_is_nothing_left(
    volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, passes = tmp_path / "fsck.fat", tmp_path / "passes"
    program.write_text(f'#!/bin/sh\necho >>{passes}\n[ "$(wc -l <{passes})" -gt 3 ]; exit $?\n')
    program.chmod(0o755)
    monkeypatch.setattr(repair, "found_program", lambda name: str(program))
    repair_fat(volume)
    assert passes.read_text().count("\n") == 4


def test_what_is_beyond_repair_is_told(volume: Path) -> None:
    put(volume, 0, bytes(512))
    with pytest.raises(MountError, match=r"volume: fsck\.fat cannot repair it \(exit status 1\)"):
        repair_fat(volume)


def test_one_that_never_ends_is_told(
    volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "fsck.fat"
    program.write_text("#!/bin/sh\necho again\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(repair, "found_program", lambda name: str(program))
    with pytest.raises(MountError, match="again"):
        repair_fat(volume)


def test_without_the_program_it_is_left_to_the_instrument(
    volume: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdcard.image.programs._find", lambda name: None)
    put(volume, 0, bytes(512))
    repair_fat(volume)
