"""Finds the directory of a ZIP archive from the records at its end, 64-bit fields included."""

from __future__ import annotations

import struct
from pathlib import Path

from device.pack import limits
from device.pack.errors import PackDamagedError, PackUnsafeError
from device.pack.files import read_at

_END = struct.Struct("<4sHHHHIIH")
_END_MAGIC = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sIQI")
_LOCATOR_MAGIC = b"PK\x06\x07"
_END64 = struct.Struct("<4sQHHIIQQQQ")
_END64_MAGIC = b"PK\x06\x06"
_MOST_COMMENT_BYTES = 0xFFFF
_FULL_16 = 0xFFFF
FULL_32 = 0xFFFFFFFF
"""In a 16-bit or 32-bit field: see the 64-bit one."""


def find_directory(descriptor: int, size: int, path: Path) -> tuple[int, int, int]:
    """(entries, offset, bytes) of the central directory."""
    tail_bytes = min(size, _END.size + _MOST_COMMENT_BYTES)
    tail = read_at(descriptor, size - tail_bytes, tail_bytes, path)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or at + _END.size > len(tail):
        raise PackDamagedError(path, "is neither a directory nor a whole ZIP archive")
    _, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, at)
    end = size - tail_bytes + at
    if end + _END.size + comment != size:
        raise PackDamagedError(path, "ZIP archive does not end where it says")
    is_full = _FULL_16 in (disk, first_disk, here, count) or FULL_32 in (length, start)
    locator = read_at(descriptor, max(0, end - _LOCATOR.size), min(end, _LOCATOR.size), path)
    if is_full or locator.startswith(_LOCATOR_MAGIC):
        disk, first_disk, here, count, length, start, end = _find_end64(
            descriptor, locator, end, path
        )
    if disk or first_disk or here != count:
        raise PackUnsafeError(path, "ZIP archive is in several parts")
    if count > limits.ARCHIVE_ENTRIES or length > limits.ARCHIVE_DIRECTORY_BYTES:
        raise PackUnsafeError(
            path,
            f"ZIP directory of {count} entries, {length} bytes; at most {limits.ARCHIVE_ENTRIES}"
            f" and {limits.ARCHIVE_DIRECTORY_BYTES} are allowed",
        )
    if start + length != end:
        raise PackDamagedError(path, f"ZIP directory ends at {start + length}, not at {end}")
    return count, start, length


def _find_end64(descriptor: int, locator: bytes, end: int, path: Path) -> tuple[int, ...]:
    """The fields of the ZIP64 end record, and its offset; its locator ends at `end`."""
    if end < _LOCATOR.size + _END64.size:
        raise PackDamagedError(path, "ZIP64 archive is cut off")
    magic, _, offset, _ = _LOCATOR.unpack(locator)
    if magic != _LOCATOR_MAGIC or offset + _END64.size != end - _LOCATOR.size:
        raise PackDamagedError(path, "ZIP64 archive has no end record")
    fields = _END64.unpack(read_at(descriptor, offset, _END64.size, path))
    if fields[0] != _END64_MAGIC:
        raise PackDamagedError(path, "ZIP64 archive has no end record")
    return (*fields[4:10], offset)
