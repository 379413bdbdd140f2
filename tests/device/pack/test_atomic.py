"""Atomic writes: what is replaced keeps its place on the medium until the new is safe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from device.pack.atomic import kept_until_safe, write_atomic


def is_held(number: int) -> bool:
    """Whether this process has a file open that has no name any more."""
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            status = descriptor.stat()
        except OSError:  # the one that the listing itself had
            continue
        if (status.st_ino, status.st_nlink) == (number, 0):
            return True
    return False


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")
def test_the_old_file_is_held_until_all_is_synchronised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    number, held = path.stat().st_ino, []
    monkeypatch.setattr(os, "fsync", lambda descriptor: held.append(is_held(number)))
    write_atomic(path, lambda file: file.write(b"new"))
    assert held == [False, True, True]  # the new file's bytes, its name, the directory
    assert path.read_bytes() == b"new"
    assert not is_held(number)


def test_there_may_be_nothing_to_hold(tmp_path: Path) -> None:
    with kept_until_safe(tmp_path / "new"):
        (tmp_path / "new").write_bytes(b"")
