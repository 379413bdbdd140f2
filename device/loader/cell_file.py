"""A cell read through the card layer: its header at once, its heads and notes when asked for.

Unlike device.pack's Cell nothing is mapped: reading a page that is still on the card would stop
all of Python, and the loader must be able to read beside a player.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from device.loader.card_stream import CardFile, CardStream, PcmStreamReader
from device.pack.cell_header import PAGE_BYTES, header_bytes, parse_header
from device.pack.cell_table import CellHeader, Codec
from device.pack.flac import FlacReader
from device.pack.model import Manifest
from device.pack.reader import check_agrees

FRAME_BYTES = 2


class CellFile:
    """One open cell; the file is closed when nobody refers to this any more."""

    def __init__(self, name: str, file: CardFile, manifest: Manifest) -> None:
        """Read the header; raises a PackError for one that is damaged or of another pack."""
        self.name = name
        self.path = file.path
        self._file = file
        weakref.finalize(self, file.close).atexit = False
        self.header = _read_header(file)
        check_agrees(self.header, manifest, file.path)
        self.rate_hz = manifest.sample_rate_hz
        self._places = {pitch: place for place, pitch in enumerate(self.header.notes)}
        self._heads: NDArray[np.int16] | None = None

    @property
    def heads_shape(self) -> tuple[int, int]:
        """(notes, frames) of the heads."""
        return len(self._places), self.header.head_frames

    def read_heads(self, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] of all heads in one line, from the card; raises PackDamagedError."""
        first = min(self.header.heads.values()) + FRAME_BYTES * start
        return np.frombuffer(self._file.read(first, FRAME_BYTES * frames), "<i2")

    def keep_heads(self, heads: NDArray[np.int16]) -> None:
        """Here they are, in memory that stays: int16 [notes, frames]."""
        self._heads = heads

    @property
    def has_heads(self) -> bool:
        """keep_heads has been called."""
        return self._heads is not None

    def head(self, pitch: int) -> NDArray[np.int16] | None:
        """int16 [head_frames], or None while the heads have not been read."""
        return None if self._heads is None else self._heads[self._places[pitch]]

    def open_note(self, pitch: int) -> NoteStream:
        """A note to be read block after block; reads the card only as far as it has to."""
        offset, size = self.header.data[pitch]
        return NoteStream(self, CardStream(self._file, offset, size), pitch)


class NoteStream:
    """Decodes one note block by block."""

    def __init__(self, cell: CellFile, stream: CardStream, pitch: int) -> None:
        path = f"{cell.path} note {pitch}"
        self._cell, self._stream = cell, stream  # the cell keeps its file open
        self._reader: Any
        if cell.header.codec is Codec.PCM_S16LE:
            self._reader = PcmStreamReader(stream, path)
        else:
            frames = cell.header.notes[pitch].frames
            self._reader = self._watch(
                lambda: FlacReader(cast(BinaryIO, stream), cell.rate_hz, frames, path)
            )

    @property
    def pieces(self) -> int:
        """How often the card was read so far."""
        return self._stream.pieces

    def read(self, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] from `start` on; raises PackDamagedError."""
        samples: NDArray[np.int16] = self._watch(lambda: self._reader.read(start, frames))
        return samples

    def close(self) -> None:
        """Free the decoder."""
        self._reader.close()

    def _watch(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Do it; what the card said is a better reason than what the decoder made of it."""
        try:
            return work()
        except ValueError:
            if self._stream.error is not None:
                raise self._stream.error from None
            raise


def _read_header(file: CardFile) -> CellHeader:
    path = str(file.path)
    start = file.read(0, min(PAGE_BYTES, file.size))
    length = header_bytes(start, path, file.size)
    if length > len(start):
        start += file.read(len(start), length - len(start))
    return parse_header(start, path, file.size)
