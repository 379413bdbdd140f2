"""Reads numbers from bytes: varints, and the fields of a protocol buffer message."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_VARINT_BYTES = 10  # of 64 bits, 7 in each
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class DamageError(ValueError):
    """Bytes that are not what they should be; the caller adds in which file."""


@dataclass
class Cursor:
    """A place in bytes; reading moves it on. Methods raise DamageError past the end."""

    data: bytes
    place: int = 0

    def __bool__(self) -> bool:
        return self.place < len(self.data)

    def bytes_of(self, length: int) -> bytes:
        """The next `length` bytes."""
        if length > len(self.data) - self.place:
            raise DamageError(f"{length} bytes are needed where {len(self.data) - self.place} are")
        self.place += length
        return self.data[self.place - length : self.place]

    def varint(self) -> int:
        """An unsigned number of up to 64 bits."""
        value = 0
        for number in range(_MOST_VARINT_BYTES):
            byte = self.bytes_of(1)[0]
            value |= (byte & 0x7F) << 7 * number
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
        raise DamageError("a number takes more than 64 bits")


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message, in the order stored."""
    cursor = Cursor(message)
    while cursor:
        number, kind = divmod(cursor.varint(), 8)
        if kind == _VARINT:
            yield number, cursor.varint()
        elif kind == _BYTES:
            yield number, cursor.bytes_of(cursor.varint())
        elif kind == _FIXED32:
            yield number, struct.unpack("<I", cursor.bytes_of(4))[0]
        elif kind == _FIXED64:
            yield number, struct.unpack("<Q", cursor.bytes_of(8))[0]
        else:
            raise DamageError(f"field {number} is of an unknown kind, {kind}")


def number_in(value: int | bytes) -> int:
    """A field's value that must be a number."""
    if isinstance(value, bytes):
        raise DamageError("bytes where a number was expected")
    return value


def bytes_in(value: int | bytes) -> bytes:
    """A field's value that must be bytes, such as a message."""
    if isinstance(value, int):
        raise DamageError("a number where bytes were expected")
    return value
