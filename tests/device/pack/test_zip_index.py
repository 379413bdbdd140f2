"""Tests of device/pack/zip_index.py: archives that no honest writer makes are refused."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.pack import PackDamagedError, PackError, PackInvalidError, PackUnsafeError, open_pack
from device.pack.files import open_regular, read_at
from device.pack.zip_index import Entry, data_offset, read_index

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"


def index_of(path: Path) -> dict[str, bytes]:
    """Name -> bytes of every entry, read in our way."""
    descriptor, size = open_regular(path)
    try:
        found = read_index(descriptor, size, path)
        return {name: content(descriptor, entry, path) for name, entry in found.items()}
    finally:
        os.close(descriptor)


def content(descriptor: int, entry: Entry, path: Path) -> bytes:
    return read_at(descriptor, data_offset(descriptor, entry, path), entry.size, path)


def write_zip(path: Path, entries: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    with zipfile.ZipFile(path, "w") as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name), data)
        file.comment = comment
    return path.read_bytes()


def patch(data: bytes, magic: bytes, which: int, offset: int, layout: str, value: int) -> bytes:
    """Overwrite one field of the header number `which` that begins with `magic`."""
    position = -1
    for _ in range(which + 1):
        position = data.index(magic, position + 1)
    result = bytearray(data)
    struct.pack_into(layout, result, position + offset, value)
    return bytes(result)


ENTRIES = {"one": b"first", "two/three": b"", "four": b"x" * 1000}


def test_ordinary_archives_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_zip(path, ENTRIES | {"two/": b""}, comment=b"a comment")
    assert index_of(path) == ENTRIES
    write_zip(path, {})
    assert index_of(path) == {}


def test_archives_of_streaming_writers_are_read(tmp_path: Path) -> None:
    """They put zeros into the local headers and the sizes behind the data."""
    path = tmp_path / "a.zip"

    class Pipe:
        def __init__(self) -> None:
            self.data = b""

        def write(self, data: bytes) -> int:
            self.data += bytes(data)
            return len(data)

        def flush(self) -> None:
            pass

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as file:  # type: ignore[call-overload]
        for name, data in ENTRIES.items():
            file.writestr(name, data)
    path.write_bytes(pipe.data)
    assert index_of(path) == ENTRIES


def test_64_bit_sizes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2)
    path = tmp_path / "a.zip"
    write_zip(path, ENTRIES)
    assert index_of(path) == ENTRIES


@given(
    st.dictionaries(
        st.text("abc/._- äß漢", min_size=1, max_size=12), st.binary(max_size=40), max_size=6
    ),
    st.binary(max_size=30),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_we_read_what_zipfile_reads_or_refuse_it(
    tmp_path: Path, entries: dict[str, bytes], comment: bytes
) -> None:
    path = tmp_path / "a.zip"
    write_zip(path, entries, comment=comment)
    try:
        found = index_of(path)
    except PackError:
        assert END in comment or any(
            {"", ".", ".."} & set(name.removesuffix("/").split("/")) for name in entries
        )
        return
    assert found == {name: data for name, data in entries.items() if not name.endswith("/")}


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "a/../../b", "a\\..\\b", "C:\\x", "a//b", "./a", "//", "/"]
)
def test_names_that_leave_the_pack_are_unsafe(tmp_path: Path, name: str) -> None:
    write_zip(tmp_path / "a.zip", {name: b""})
    with pytest.raises(PackUnsafeError, match="is not a plain path inside the pack"):
        index_of(tmp_path / "a.zip")


def test_compressed_entries_are_unsafe(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("manifest.json", b"0" * 1_000_000)
        with pytest.raises(PackUnsafeError, match=r"'manifest\.json' is compressed"):
            open_pack(path)


def test_links_are_unsafe(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("manifest.json")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(PackUnsafeError, match=r"'manifest\.json' is a link"):
        open_pack(tmp_path / "a.zip")


def test_repeated_entries_are_unsafe(tmp_path: Path) -> None:
    data = write_zip(tmp_path / "a.zip", {"one": b"1", "two": b"2"})
    (tmp_path / "a.zip").write_bytes(data.replace(b"two", b"one"))
    with pytest.raises(PackUnsafeError, match="'one' appears twice"):
        index_of(tmp_path / "a.zip")


# Offsets are those of APPNOTE 4.3.7 (local), 4.3.12 (central) and 4.3.16 (end).
@pytest.mark.parametrize(
    ("change", "kind", "problem"),
    [
        ((CENTRAL, 0, 8, "<H", 1), PackUnsafeError, "'one' is encrypted"),
        ((CENTRAL, 0, 10, "<H", 8), PackUnsafeError, "'one' is compressed"),
        ((CENTRAL, 0, 24, "<I", 4), PackUnsafeError, "'one' claims 4 bytes that are not there"),
        ((CENTRAL, 2, 20, "<I", 1 << 31), PackUnsafeError, "'four' claims 1000 bytes"),
        ((CENTRAL, 0, 42, "<I", 1 << 31), PackUnsafeError, "'one' claims 5 bytes"),
        ((CENTRAL, 0, 42, "<I", 0xFFFFFFFF), PackDamagedError, "lacks its 64-bit sizes"),
        ((CENTRAL, 1, 42, "<I", 0), PackUnsafeError, "'(one|two/three)' overlaps another one"),
        ((CENTRAL, 0, 28, "<H", 60000), PackDamagedError, "ZIP directory is damaged"),
        ((CENTRAL, 0, 32, "<H", 60000), PackDamagedError, "ZIP directory is damaged"),
        ((CENTRAL, 1, 0, "<I", 0), PackDamagedError, "ZIP directory is damaged"),
        ((LOCAL, 0, 0, "<I", 0), PackDamagedError, "local ZIP header does not fit"),
        ((LOCAL, 0, 8, "<H", 8), PackDamagedError, "local ZIP header does not fit"),
        ((LOCAL, 0, 26, "<H", 2), PackUnsafeError, "overlaps the next entry"),
        ((LOCAL, 0, 28, "<H", 500), PackUnsafeError, "overlaps the next entry"),
        ((LOCAL, 0, 30, "<B", 0x41), PackDamagedError, "local ZIP header does not fit"),
        ((END, 0, 4, "<H", 1), PackUnsafeError, "in several parts"),
        ((END, 0, 8, "<H", 2), PackUnsafeError, "in several parts"),
        ((END, 0, 12, "<I", 100), PackDamagedError, "ZIP directory ends at"),
        ((END, 0, 16, "<I", 0), PackDamagedError, "ZIP directory ends at"),
        ((END, 0, 16, "<I", 0xFFFFFFFF), PackDamagedError, "ZIP64 archive has no end record"),
        ((END, 0, 20, "<H", 1), PackDamagedError, "does not end where it says"),
        ((END, 0, 0, "<I", 0), PackDamagedError, "neither a directory nor a whole ZIP"),
    ],
)
def test_headers_that_lie_are_refused(
    tmp_path: Path,
    change: tuple[bytes, int, int, str, int],
    kind: type[PackError],
    problem: str,
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(patch(write_zip(path, ENTRIES), *change))
    with pytest.raises(kind, match=problem):
        index_of(path)


def test_a_count_that_differs_from_the_directory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = write_zip(path, ENTRIES)
    for count, problem in ((2, "its entries"), (4, "ZIP directory is cut off")):
        lying = patch(patch(data, END, 0, 8, "<H", count), END, 0, 10, "<H", count)
        path.write_bytes(lying)
        with pytest.raises(PackDamagedError, match=problem):
            index_of(path)


def end64(count: int, length: int, start: int, at: int) -> bytes:
    """A ZIP64 end record at offset `at`, its locator, and an end record that refers to them."""
    record = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, start
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    full = 0xFFFFFFFF
    end = struct.pack("<4sHHHHIIH", END, 0, 0, 0xFFFF, 0xFFFF, full, full, 0)
    return record + locator + end


@pytest.mark.parametrize(
    ("count", "length", "start", "problem"),
    [
        (2**40, 0, 0, "ZIP directory of 1099511627776 entries"),
        (1, 2**40, 0, "ZIP directory of 1 entries, 1099511627776 bytes"),
        (1, 2**63, 2**63, "ZIP directory of 1 entries"),
    ],
)
def test_absurd_directories_are_unsafe(
    tmp_path: Path, count: int, length: int, start: int, problem: str
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(end64(count, length, start, 0))
    with pytest.raises(PackUnsafeError, match=problem):
        index_of(path)


@pytest.mark.parametrize(
    ("cut", "problem"),
    [
        (slice(-22, None), "ZIP64 archive is cut off"),
        (slice(0, None), "ZIP64 archive has no end record"),
    ],
)
def test_64_bit_end_records_must_be_there(tmp_path: Path, cut: slice, problem: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes((b"\0" + end64(0, 0, 0, 1)[1:])[cut])
    with pytest.raises(PackDamagedError, match=problem):
        index_of(path)


def test_64_bit_sizes_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2)
    path = tmp_path / "a.zip"
    data = write_zip(path, {"one": b"first"})
    field = data.index(struct.pack("<HH", 1, 16), data.index(CENTRAL))
    for wrong in (struct.pack("<HH", 2, 16), struct.pack("<HH", 1, 15)):
        path.write_bytes(data[:field] + wrong + data[field + 4 :])
        with pytest.raises(PackDamagedError, match="lacks its 64-bit sizes"):
            index_of(path)


def test_names_must_be_utf_8_where_they_say_so(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = write_zip(path, {"ä": b""})
    path.write_bytes(data.replace("ä".encode(), b"\xff\xfe"))
    with pytest.raises(PackInvalidError, match="is not UTF-8"):
        index_of(path)


def test_many_entries_over_the_same_bytes_are_unsafe(tmp_path: Path) -> None:
    """The zip bomb without compression: a thousand entries that share one megabyte."""
    path = tmp_path / "a.zip"
    name = b"x" * 8
    size = 100_000
    local = struct.pack("<4sHHHHHIIIHH", LOCAL, 20, 0, 0, 0, 0, 0, size, size, 8, 0) + name
    central = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            CENTRAL, 20, 20, 0, 0, 0, 0, 0, size, size, 8, 0, 0, 0, 0, 0, 0,
        ) + b"%08d" % number
        for number in range(1000)
    )  # fmt: skip
    start = len(local) + size
    end = struct.pack("<4sHHHHIIH", END, 0, 0, 1000, 1000, len(central), start, 0)
    path.write_bytes(local + bytes(size) + central + end)
    with pytest.raises(PackUnsafeError, match="overlaps another one"):
        index_of(path)


DAMAGE = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, 2**20), st.integers(1, 255)),
    st.tuples(st.just("cut"), st.integers(0, 2**20), st.just(0)),
    st.tuples(st.just("insert"), st.integers(0, 2**20), st.integers(0, 255)),
    st.tuples(st.just("drop"), st.integers(0, 2**20), st.integers(1, 30)),
)


def damaged(data: bytes, damages: list[tuple[str, int, int]]) -> bytes:
    result = bytearray(data)
    for kind, position, value in damages:
        at = position % max(1, len(result))
        if kind == "flip" and result:
            result[at] ^= value
        elif kind == "cut":
            del result[at:]
        elif kind == "insert":
            result.insert(at, value)
        elif kind == "drop":
            del result[at : at + value]
    return bytes(result)


@given(st.lists(DAMAGE, min_size=1, max_size=4))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_to_an_archive_is_read_or_refused(
    tmp_path: Path, damages: list[tuple[str, int, int]]
) -> None:
    path = tmp_path / "a.zip"
    entries = {"manifest.json": b"{}", "cells/x.cell": b"abc"}
    path.write_bytes(damaged(write_zip(path, entries), damages))
    try:
        found = index_of(path)
    except PackError:
        return
    assert all(len(data) <= path.stat().st_size for data in found.values())


def test_an_archive_cut_off_anywhere_is_refused(tmp_path: Path, cell_data: bytes) -> None:
    path = tmp_path / "a.zip"
    data = write_zip(path, {"manifest.json": b"{}", "x": cell_data[:100]})
    for size in range(len(data)):
        path.write_bytes(data[:size])
        with pytest.raises(PackDamagedError):
            index_of(path)
