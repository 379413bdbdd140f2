"""A note's bytes as a file, read from the card piece by piece and no further than needed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.pack.errors import PackDamagedError, PackError

PIECE_BYTES = 32768  # about a second of FLAC; at 4 MB/s and 5 ms per seek it takes 13 ms


class CardFile(Protocol):
    """An open file on the card (device.pack's Extent); a test may put a slower one in its place."""

    @property
    def path(self) -> Path:
        """Its name in errors."""
        ...

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes; raises PackDamagedError. Must not hold Python's lock meanwhile."""
        ...

    def close(self) -> None:
        """Free it."""
        ...


class CardStream(io.RawIOBase):
    """The `size` bytes from `offset` on as a file of their own.

    A card error inside a decoder's callback would be lost, so it is kept in `error`.
    """

    def __init__(self, file: CardFile, offset: int, size: int) -> None:
        self._file, self._offset, self._size = file, offset, size
        self._at = 0
        self._piece, self._piece_at = b"", 0
        self.pieces = 0  # read so far
        self.error: PackError | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes from the start."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Costs nothing before the next read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from here on; 0 at the end, and after an error."""
        done = 0
        while done < len(buffer) and (part := self._part(len(buffer) - done)):
            buffer[done : done + len(part)] = part
            done += len(part)
            self._at += len(part)
        return done

    def _part(self, most: int) -> bytes:
        skip = self._at - self._piece_at
        if not 0 <= skip < len(self._piece):
            self._fetch()
            skip = 0
        return self._piece[skip : skip + most]

    def _fetch(self) -> None:
        size = max(0, min(PIECE_BYTES, self._size - self._at))
        self._piece, self._piece_at = b"", self._at
        if size and self.error is None:
            self.pieces += 1
            try:
                self._piece = self._file.read(self._offset + self._at, size)
            except PackError as error:
                self.error = error


class PcmStreamReader:
    """Reads a note that is stored as plain samples, block by block."""

    def __init__(self, stream: CardStream, path: str) -> None:
        self._stream, self._path = stream, path

    def close(self) -> None:
        """Nothing is kept open."""

    def read(self, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] from frame `start` on; raises PackDamagedError."""
        self._stream.seek(2 * start)
        data = bytearray(2 * frames)
        if self._stream.readinto(memoryview(data)) != len(data):
            raise PackDamagedError(self._path, f"note ends before frame {start + frames}")
        return np.frombuffer(data, "<i2").astype(np.int16, copy=False)
