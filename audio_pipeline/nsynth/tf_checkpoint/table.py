"""Reads a table of sorted keys and values, the .index file: LevelDB's table format.

The format is described in LevelDB's doc/table_format.md; TensorFlow writes it without filters.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from audio_pipeline.nsynth.tf_checkpoint.crc32c import masked_crc32c
from audio_pipeline.nsynth.tf_checkpoint.wire import Cursor, DamageError

MAGIC = 0xDB4775248B80FB57
FOOTER_BYTES = 48
_MAGIC_BYTES = 8
_TRAILER_BYTES = 5  # kind of compression, checksum
_COMPRESSIONS = {1: "Snappy", 2: "zstd"}


def read_table(data: bytes) -> dict[bytes, bytes]:
    """All keys and values. Raises DamageError; every block's checksum is compared."""
    if len(data) < FOOTER_BYTES:
        raise DamageError(f"it has {len(data)} bytes; a table has at least {FOOTER_BYTES}")
    footer = Cursor(data[-FOOTER_BYTES:])
    if int.from_bytes(footer.data[-_MAGIC_BYTES:], "little") != MAGIC:
        raise DamageError("it does not end as a table does: another kind of file, or cut off")
    _block(data, footer)  # about filters, none of which there are; only checked
    table: dict[bytes, bytes] = {}
    last = None
    for _, handle in _entries(_block(data, footer)):
        for key, value in _entries(_block(data, Cursor(handle))):
            if last is not None and key <= last:
                raise DamageError("its keys are not in order")
            table[key] = value
            last = key
    return table


def _block(data: bytes, handle: Cursor) -> bytes:
    """The contents of the block that a handle (offset, size) is of."""
    offset, size = handle.varint(), handle.varint()
    if offset + size + _TRAILER_BYTES > len(data) - FOOTER_BYTES:
        raise DamageError(f"a block at {offset} with {size} bytes goes beyond its end")
    body = data[offset : offset + size]
    compression, crc = struct.unpack_from("<BI", data, offset + size)
    if masked_crc32c(data[offset : offset + size + 1]) != crc:
        raise DamageError(f"the checksum of the block at {offset} is wrong")
    if compression:
        kind = _COMPRESSIONS.get(compression, f"kind {compression}")
        raise DamageError(f"the block at {offset} is compressed ({kind}), which is not supported")
    return body


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a block; a key holds only what differs from the key before."""
    if len(block) < 4:
        raise DamageError("a block is too short")
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise DamageError("a block is shorter than its list of restarts")
    cursor = Cursor(block[:end])
    key = b""
    while cursor:
        shared, fresh, length = cursor.varint(), cursor.varint(), cursor.varint()
        if shared > len(key):
            raise DamageError("a key shares more bytes than the key before has")
        key = key[:shared] + cursor.bytes_of(fresh)
        yield key, cursor.bytes_of(length)
