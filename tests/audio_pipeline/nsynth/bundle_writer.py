"""Writes TensorFlow checkpoints, part by part, so that tests can also write them wrong.

Its checksum is a loop over bits, apart from the one that it tests.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = 0xDB4775248B80FB57
DTYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9}
Arrays = Mapping[str, NDArray[np.generic]]


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _byte_table()[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


@functools.cache
def _byte_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (value & 1) * 0x82F63B78
        table.append(value)
    return tuple(table)


def masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def number(field_number: int, value: int) -> bytes:
    """A varint field; 0 is absent, as in proto3."""
    return varint(field_number * 8) + varint(value) if value else b""


def message(field_number: int, content: bytes) -> bytes:
    return varint(field_number * 8 + 2) + varint(len(content)) + content


def header(shards: int = 1, endianness: int = 0, least_reader: int = 0) -> bytes:
    version = number(1, 1) + number(2, least_reader)
    return number(1, shards) + number(2, endianness) + message(3, version)


def shape_message(shape: Iterable[int]) -> bytes:
    return b"".join(message(2, number(1, size)) for size in shape)


@dataclass
class Entry:
    """A tensor's entry, every part of which a test may change."""

    dtype: int
    shape: tuple[int, ...]
    offset: int
    size: int
    crc: int
    shard: int = 0
    more: bytes = b""  # fields behind the others

    def encoded(self) -> bytes:
        numbers = number(3, self.shard) + number(4, self.offset) + number(5, self.size)
        crc = varint(6 * 8 + 5) + struct.pack("<I", self.crc)
        shape = message(2, shape_message(self.shape))
        return number(1, self.dtype) + shape + numbers + crc + self.more


def block(items: Iterable[tuple[bytes, bytes]], interval: int = 16) -> bytes:
    """Entries whose keys hold only what differs, whole ones every `interval`; the restarts."""
    body, restarts, last = bytearray(), [], b""
    for place, (key, value) in enumerate(items):
        shared = 0
        if place % interval == 0:
            restarts.append(len(body))
        else:
            while shared < min(len(last), len(key)) and last[shared] == key[shared]:
                shared += 1
        fresh = key[shared:]
        body += varint(shared) + varint(len(fresh)) + varint(len(value)) + fresh + value
        last = key
    restarts = restarts or [0]
    return bytes(body) + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


@dataclass
class Table:
    """The .index file's bytes; `change` is applied to each block's body before its checksum."""

    items: list[tuple[bytes, bytes]]
    per_block: int = 1000
    compression: int = 0
    change: Callable[[bytes], bytes] = field(default=lambda body: body)

    def encoded(self) -> bytes:
        data, handles = bytearray(), []
        for start in range(0, len(self.items), self.per_block):
            part = self.items[start : start + self.per_block]
            handles.append((part[-1][0], self._append(data, self.change(block(part)))))
        meta = self._append(data, block([]))
        index = self._append(data, block(handles, interval=1))
        handles_of_both = meta + index
        padding = bytes(40 - len(handles_of_both))
        return bytes(data) + handles_of_both + padding + struct.pack("<Q", MAGIC)

    def _append(self, data: bytearray, body: bytes) -> bytes:
        handle = varint(len(data)) + varint(len(body))
        typed = body + bytes([self.compression])
        data += typed + struct.pack("<I", masked(crc32c(typed)))
        return handle


def entries_of(arrays: Arrays) -> tuple[dict[str, Entry], bytes]:
    """Entries by name, in order, and the bytes of the one data file."""
    entries, data = {}, bytearray()
    for name in sorted(arrays, key=str.encode):
        array = arrays[name]
        content = array.tobytes()
        dtype = DTYPES[str(array.dtype)]
        crc = masked(crc32c(content))
        entries[name] = Entry(dtype, array.shape, len(data), len(content), crc)
        data += content
    return entries, bytes(data)


def table_of(entries: Mapping[str, Entry], head: bytes | None = None) -> Table:
    encoded = [(name.encode(), entry.encoded()) for name, entry in entries.items()]
    return Table([(b"", header() if head is None else head), *encoded])


def write_bundle(prefix: Path, arrays: Arrays, per_block: int = 1000) -> None:
    """Write a good checkpoint."""
    entries, data = entries_of(arrays)
    table = table_of(entries)
    table.per_block = per_block
    prefix.with_name(f"{prefix.name}.index").write_bytes(table.encoded())
    prefix.with_name(f"{prefix.name}.data-00000-of-00001").write_bytes(data)
