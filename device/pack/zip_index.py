"""Reads the directory of a ZIP archive strictly: stored entries, plain names, no overlap.

Python's zipfile is made to read whatever exists; this is made to refuse whatever is odd. Of the
layout in PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16, it reads the end of the file and the
central directory; the local header of an entry is read when the entry is opened.
"""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from device.pack.errors import PackDamagedError, PackInvalidError, PackUnsafeError
from device.pack.files import read_at
from device.pack.members import check_member_name
from device.pack.zip_end import FULL_32, find_directory

_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_CENTRAL_MAGIC = b"PK\x01\x02"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_EXTRA = struct.Struct("<HH")
_ZIP64_EXTRA = 1
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX = 3


@dataclass(frozen=True)
class Entry:
    """One file in the archive."""

    raw_name: bytes
    size: int
    crc: int
    header_offset: int
    end_limit: int  # its data must end here: the next entry or the directory begins


def read_index(descriptor: int, size: int, path: Path) -> dict[str, Entry]:
    """Name -> entry of every file in an archive of `size` bytes; directories are left out."""
    count, start, length = find_directory(descriptor, size, path)
    directory = read_at(descriptor, start, length, path)
    found: dict[str, Entry] = {}
    position = 0
    for _ in range(count):
        name, entry, position = _read_entry(directory, position, start, path)
        if name in found:
            raise PackUnsafeError(path, f"entry {name!r} appears twice")
        found[name] = entry
    if position != length:
        raise PackDamagedError(path, f"ZIP directory has {length} bytes, its entries {position}")
    return _without_overlap(found, start, path)


def _read_entry(directory: bytes, at: int, limit: int, path: Path) -> tuple[str, Entry, int]:
    """(name, entry, position after it) of the entry at a position of the central directory."""
    if at + _CENTRAL.size > len(directory):
        raise PackDamagedError(path, "ZIP directory is cut off")
    (magic, made_by, _, flags, method, _, _, crc, stored_size, size, name_bytes, extra_bytes,
     comment_bytes, _, _, attributes, offset) = _CENTRAL.unpack_from(directory, at)  # fmt: skip
    name_at = at + _CENTRAL.size
    extra_at = name_at + name_bytes
    end = extra_at + extra_bytes + comment_bytes
    if magic != _CENTRAL_MAGIC or end > len(directory):
        raise PackDamagedError(path, "ZIP directory is damaged")
    raw_name = directory[name_at:extra_at]
    name = _name(raw_name, flags, path)
    is_link = made_by >> 8 == _UNIX and stat.S_ISLNK(attributes >> 16)
    if is_link or flags & _ENCRYPTED or method:
        kind = "a link" if is_link else "encrypted" if flags & _ENCRYPTED else "compressed"
        raise PackUnsafeError(path, f"entry {name!r} is {kind}; every entry must be a stored file")
    extra = directory[extra_at : extra_at + extra_bytes]
    size, stored_size, offset = _wide((size, stored_size, offset), extra, path)
    if size != stored_size or offset + _LOCAL.size + name_bytes + size > limit:
        raise PackUnsafeError(path, f"entry {name!r} claims {size} bytes that are not there")
    return name, Entry(raw_name, size, crc, offset, limit), end


def _name(raw: bytes, flags: int, path: Path) -> str:
    """The checked name of an entry; a directory's ends with a slash."""
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        raise PackInvalidError(path, f"entry name {raw[:40]!r} is not UTF-8") from None
    check_member_name(name.removesuffix("/"), str(path))
    return name


def _wide(narrow: tuple[int, int, int], extra: bytes, path: Path) -> tuple[int, ...]:
    """Size, stored size and offset, those marked as full taken from the ZIP64 extra field."""
    if FULL_32 not in narrow:
        return narrow
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        at += _EXTRA.size
        if kind == _ZIP64_EXTRA:
            return _take_wide(narrow, extra[at : at + length], path)
        at += length
    _no_wide(path)


def _take_wide(narrow: tuple[int, int, int], field: bytes, path: Path) -> tuple[int, ...]:
    wide = [value for (value,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8])]
    if len(wide) < narrow.count(FULL_32):
        _no_wide(path)
    following = iter(wide)
    return tuple(next(following) if value == FULL_32 else value for value in narrow)


def _no_wide(path: Path) -> NoReturn:
    raise PackDamagedError(path, "ZIP entry lacks its 64-bit sizes")


def _without_overlap(found: dict[str, Entry], end: int, path: Path) -> dict[str, Entry]:
    """The files, each with the place where its data must end at the latest."""
    result: dict[str, Entry] = {}
    limit = end
    by_offset = sorted(found.items(), key=lambda item: item[1].header_offset, reverse=True)
    for name, entry in by_offset:
        least_end = entry.header_offset + _LOCAL.size + len(entry.raw_name) + entry.size
        if least_end > limit:
            raise PackUnsafeError(path, f"entry {name!r} overlaps another one")
        if not name.endswith("/"):
            result[name] = Entry(entry.raw_name, entry.size, entry.crc, entry.header_offset, limit)
        limit = entry.header_offset
    return result


def data_offset(descriptor: int, entry: Entry, path: Path) -> int:
    """Where the bytes of an entry begin, once its local header is seen to agree."""
    raw = read_at(descriptor, entry.header_offset, _LOCAL.size + len(entry.raw_name), path)
    fields = _LOCAL.unpack_from(raw)
    if fields[0] != _LOCAL_MAGIC or raw[_LOCAL.size :] != entry.raw_name or fields[3]:
        raise PackDamagedError(path, "local ZIP header does not fit the directory")
    begin: int = entry.header_offset + len(raw) + fields[10]
    if fields[9] != len(entry.raw_name) or begin + entry.size > entry.end_limit:
        raise PackUnsafeError(path, "overlaps the next entry of the archive")
    return begin
