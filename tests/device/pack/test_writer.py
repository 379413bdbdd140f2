"""Tests of device/pack/writer.py and atomic.py."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import resource
import shutil
import stat
import time
import zipfile
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

import pytest

from device.pack import (
    Manifest,
    PackDamagedError,
    PackInvalidError,
    PackNotFoundError,
    PackWriteError,
    archive,
    cell_name,
    open_pack,
    verify_pack,
    write_cell,
    write_manifest,
)
from device.pack.atomic import write_atomic


def files(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def test_a_cell_is_stored_under_its_hash(tmp_path: Path) -> None:
    name = write_cell(tmp_path / "new", b"some bytes")
    assert name == cell_name(b"some bytes")
    assert files(tmp_path) == [f"new/cells/{name}.cell"]
    assert (tmp_path / f"new/cells/{name}.cell").read_bytes() == b"some bytes"


def test_a_cell_that_is_there_stays_and_a_damaged_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cells" / f"{write_cell(tmp_path, b'abc')}.cell"
    before = path.stat().st_ino
    write_cell(tmp_path, b"abc")
    assert path.stat().st_ino == before
    path.write_bytes(b"abd")
    write_cell(tmp_path, b"abc")
    assert path.read_bytes() == b"abc"


def write_repeatedly(path: Path, count: int) -> None:
    for number in range(count):
        write_cell(path, bytes([number % 5]) * 100_000)


def test_several_processes_may_write_the_same_cells(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=write_repeatedly, args=(tmp_path, 20)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    found = files(tmp_path)
    assert len(found) == 5
    for file in found:
        assert file == f"cells/{cell_name((tmp_path / file).read_bytes())}.cell"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(PackWriteError, match="file: cannot be written: No space left on device"):
        write_atomic(path, fail)
    assert files(tmp_path) == ["file"]
    assert path.read_bytes() == b"old"


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def interrupt(file: BinaryIO) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "file", interrupt)
    assert files(tmp_path) == []


def test_bytes_reach_the_disk_before_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        order.append("fsync directory" if is_directory else "fsync file")
        fsync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    write_atomic(tmp_path / "file", lambda file: None)
    assert order == ["fsync file", "rename", "fsync file", "fsync directory"]  # again for FAT


def test_a_full_disk_is_a_write_error(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        with pytest.raises(PackWriteError, match="cannot be written: File too large"):
            write_cell(tmp_path, bytes(1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert files(tmp_path) == []


def test_a_place_that_cannot_be_written_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "cells").write_bytes(b"a file in the way")
    with pytest.raises(PackWriteError, match="cannot be written"):
        write_cell(tmp_path, b"abc")
    with pytest.raises(PackWriteError, match="cannot be written"):
        write_atomic(tmp_path / "missing" / "file", lambda file: None)


@pytest.fixture
def manifest(test_pack: Path) -> Manifest:
    with open_pack(test_pack) as pack:
        return pack.manifest


@pytest.mark.parametrize(
    "change",
    [
        {"peak_dbfs": 1.0},
        {"name": ""},
        {"loudness_lufs": float("nan")},
        {"pitches": (60, 48)},
        {"pitches": [48, 60, 72]},
    ],
    ids=str,
)
def test_a_manifest_that_no_reader_accepts_is_not_written(
    pack_dir: Path, manifest: Manifest, change: dict[str, object]
) -> None:
    before = (pack_dir / "manifest.json").read_bytes()
    with pytest.raises(PackInvalidError):
        write_manifest(pack_dir, dataclasses.replace(manifest, **change))  # type: ignore[arg-type]
    assert (pack_dir / "manifest.json").read_bytes() == before


def test_a_manifest_may_only_name_what_is_there(pack_dir: Path, manifest: Manifest) -> None:
    with_preview = dataclasses.replace(manifest, preview="preview.ogg")
    with pytest.raises(PackNotFoundError, match=r"preview\.ogg: is not there"):
        write_manifest(pack_dir, with_preview)
    (pack_dir / "preview.ogg").write_bytes(b"")
    write_manifest(pack_dir, with_preview)
    next((pack_dir / "cells").iterdir()).unlink()
    with pytest.raises(PackNotFoundError, match=r"\.cell: is not there"):
        write_manifest(pack_dir, with_preview)


def test_an_archive_is_an_ordinary_zip_of_stored_aligned_entries(
    pack_dir: Path, tmp_path: Path, manifest: Manifest
) -> None:
    (pack_dir / "preview.ogg").write_bytes(b"bytes of a preview")
    write_manifest(pack_dir, dataclasses.replace(manifest, preview="preview.ogg"))
    (pack_dir / "notes.txt").write_text("not part of the pack")
    (pack_dir / "cells" / f"{write_cell(pack_dir, b'stray')}.cell").stat()
    path = tmp_path / "small.onsp"
    archive(pack_dir, path)
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        names = file.namelist()
        assert names[0] == "manifest.json"
        assert names[-1] == "preview.ogg"
        assert names[1:-1] == sorted(names[1:-1])
        assert len(names) == 11
        for entry in file.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            offset = raw.index(file.read(entry))
            assert offset % 4096 == 0
    assert verify_pack(path).is_ok


def test_equal_packs_give_equal_archives(test_pack: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(test_pack, copy, copy_function=shutil.copyfile)
    for file in copy.rglob("*"):
        os.utime(file, (1e9, time.time()))
        file.chmod(0o700)
    archive(test_pack, tmp_path / "a.onsp")
    archive(copy, tmp_path / "b.onsp")
    assert (tmp_path / "a.onsp").read_bytes() == (tmp_path / "b.onsp").read_bytes()


def test_a_damaged_cell_is_not_archived(packs: ModuleType, pack_dir: Path, tmp_path: Path) -> None:
    cell = packs.first_cell(pack_dir)
    data = bytearray(cell.read_bytes())
    data[-1] ^= 1
    cell.write_bytes(data)
    with pytest.raises(PackDamagedError, match="bytes have the hash"):
        archive(pack_dir, tmp_path / "bad.onsp")
    cell.unlink()
    with pytest.raises(PackNotFoundError, match=f"{cell.name}: is not there"):
        archive(pack_dir, tmp_path / "bad.onsp")
    assert not list(tmp_path.glob("*.onsp"))
    assert not list(tmp_path.glob(".*"))


def test_no_file_of_2_gib_goes_into_an_archive(
    packs: ModuleType, pack_dir: Path, tmp_path: Path
) -> None:
    with packs.first_cell(pack_dir).open("r+b") as file:
        file.truncate(2**31)  # sparse
    with pytest.raises(PackInvalidError, match="2147483648 bytes; at most 2147483647 are allowed"):
        archive(pack_dir, tmp_path / "large.onsp")


def test_a_large_archive_needs_and_has_64_bit_fields(
    pack_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The limits of a ZIP without 64-bit fields are 4 GiB and 65,535 entries; here they are tiny.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 40_000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    path = tmp_path / "large.onsp"
    archive(pack_dir, path)
    monkeypatch.undo()
    assert b"PK\x06\x06" in path.read_bytes()
    report = verify_pack(path)
    assert report.problems == ()
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
