"""Reads an xz stream piece by piece, without ever holding more than is asked for."""

from __future__ import annotations

import lzma
from typing import BinaryIO

from sdcard.releases.errors import ReleaseDamagedError

MEMORY_BYTES = 64 << 20
"""For unpacking: what presets up to -8 of xz(1) take. More could drive a Pi out of memory."""

_INPUT_BYTES = 1 << 16


class XzStream:
    """Exactly as many bytes as are wanted, or ReleaseDamagedError."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        """`name` is what errors call it; the source may be a pipe."""
        self._source, self._name = source, name
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES)

    def read(self, size: int) -> bytes:
        """That many bytes."""
        parts: list[bytes] = []
        while size:
            part = self._some(size)
            if not part:
                raise ReleaseDamagedError(f"{self._name}: ends too early")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def check_end(self) -> None:
        """Raise ReleaseDamagedError unless nothing comes any more and the stream is whole."""
        is_over = not self._some(1) and self._unpacker.eof
        if not is_over or self._unpacker.unused_data or self._input():
            raise ReleaseDamagedError(f"{self._name}: has more after its end, or is not whole")

    def _some(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        part = b""
        while not part and not self._unpacker.eof:
            data = b""
            if self._unpacker.needs_input:  # if not, what it has may still give nothing
                data = self._input()
                if not data:
                    break
            try:
                part = self._unpacker.decompress(data, size)
            except lzma.LZMAError as error:
                raise ReleaseDamagedError(f"{self._name}: no xz, or damaged: {error}") from error
        return part

    def _input(self) -> bytes:
        try:
            return self._source.read(_INPUT_BYTES)
        except OSError as error:
            raise ReleaseDamagedError(
                f"{self._name}: cannot be read: {error.strerror or error}"
            ) from error
