"""Fills, reads and checks file systems in files, with other people's programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin")),
    "MTOOLSRC": os.devnull,
    "LC_ALL": "C",
}
SECTOR = 512


def call(*words: str | Path) -> str:
    """What a program says; it must not fail, nor warn."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout.decode(errors="replace")


def check_fat(volume: Path) -> None:
    """Nothing is wrong with a FAT volume; not even its two boot sectors differ."""
    done = subprocess.run(
        ["fsck.fat", "-n", str(volume)], capture_output=True, check=False, env=ENVIRONMENT
    )
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0, lines
    assert len(lines) == 2, lines  # its version, and how many files there are


def check_ext4(volume: Path) -> None:
    """Nothing is wrong with an ext4 file system."""
    call("e2fsck", "-fn", volume)


def fat_put(volume: Path, name: str, data: bytes, folder: Path) -> None:
    """Put a file on a FAT volume; `folder` is for what lies between."""
    source = folder / "fat-put"
    source.write_bytes(data)
    call("mcopy", "-i", volume, source, f"::{name}")


def fat_tree(volume: Path, folder: Path) -> dict[str, bytes]:
    """All files of a FAT volume, copied through `folder`, which must be new."""
    folder.mkdir()
    call("mcopy", "-n", "-s", "-i", volume, "::/", folder)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cut_out(image: Path, start: int, count: int, output: Path) -> Path:
    """Sectors of an image as a file of their own; the image may end before them."""
    with image.open("rb") as source, output.open("wb") as target:
        source.seek(start * SECTOR)
        left = count * SECTOR
        while data := source.read(min(1 << 20, left)):
            left -= len(data)
            if data.count(0) == len(data):
                target.seek(len(data), os.SEEK_CUR)
            else:
                target.write(data)
        target.truncate(count * SECTOR)
    return output
