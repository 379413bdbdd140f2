"""One open cell: its header, its heads in place, its notes decoded on demand."""

from __future__ import annotations

import mmap

import numpy as np
from numpy.typing import NDArray

from device.pack.cell_header import parse_header
from device.pack.cell_table import CellHeader, Codec
from device.pack.errors import PackDamagedError, PackInvalidError
from device.pack.flac import FlacReader
from device.pack.model import Loop, NoteInfo, Recipe
from device.pack.note_reader import NoteReader, PcmReader
from device.pack.stores import Extent


class Cell:
    """One recipe at all pitches of the pack. Its file stays mapped as long as it is in use.

    Whoever changes packs must replace their files, not shorten them: reading a mapped page that
    is no longer in the file ends the process (SIGBUS).
    """

    def __init__(self, name: str, extent: Extent) -> None:
        self.name = name
        self.path = extent.path
        self._bytes = _map(extent)
        self.header: CellHeader = parse_header(self._bytes, str(self.path))

    @property
    def notes(self) -> dict[int, NoteInfo]:
        """The notes by pitch, ascending."""
        return self.header.notes

    @property
    def loops(self) -> dict[int, Loop]:
        """The loop points of the looped notes, by pitch."""
        return self.header.loops

    @property
    def recipe(self) -> Recipe:
        """What the cell was made from."""
        return self.header.recipe

    @property
    def rate_hz(self) -> int:
        """Sample rate of every note."""
        return self.header.rate_hz

    @property
    def head_frames(self) -> int:
        """Frames of every head."""
        return self.header.head_frames

    def heads(self) -> NDArray[np.int16]:
        """int16 [notes, head_frames], read-only: how the notes begin, by ascending pitch."""
        shape = (len(self.notes), self.head_frames)
        offset = min(self.header.heads.values())
        samples = np.frombuffer(self._bytes, "<i2", count=shape[0] * shape[1], offset=offset)
        if not samples.flags.aligned:  # by a foreign ZIP tool; the mixer cannot read it there
            samples = samples.copy()
            samples.flags.writeable = False
        return samples.reshape(shape)

    def head(self, pitch: int) -> NDArray[np.int16]:
        """int16 [head_frames], read-only: the beginning of a note, zeros after a shorter one."""
        self._note(pitch)
        head: NDArray[np.int16] = self.heads()[list(self.notes).index(pitch)]
        return head

    def stream(self, pitch: int) -> bytes:
        """The stored stream of a note: FLAC, or plain samples, as header.codec says."""
        self._note(pitch)
        offset, length = self.header.data[pitch]
        return bytes(self._bytes[offset : offset + length])

    def open_note(self, pitch: int) -> NoteReader:
        """A reader for block after block; raises PackDamagedError as decode does."""
        note = self._note(pitch)
        if self.header.codec is Codec.PCM_S16LE:
            return PcmReader(self.stream(pitch))
        return FlacReader(
            self.stream(pitch), self.rate_hz, note.frames, f"{self.path} note {pitch}"
        )

    def decode(self, pitch: int) -> NDArray[np.int16]:
        """int16 [frames]: all of a note.

        Raises PackDamagedError if the stream does not decode to the length in the header,
        PackInvalidError for a pitch that the cell does not have.
        """
        return self.decode_block(pitch, 0, self._note(pitch).frames)

    def decode_block(self, pitch: int, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] of a note from frame `start` on; the block must lie within the note."""
        most = self._note(pitch).frames
        if start < 0 or frames < 0 or start + frames > most:
            end = start + frames
            raise PackInvalidError(self.path, f"frames {start}..{end} are not in 0..{most}")
        with self.open_note(pitch) as reader:
            return reader.read(start, frames)

    def _note(self, pitch: int) -> NoteInfo:
        note = self.notes.get(pitch)
        if note is None:
            has = ", ".join(map(str, self.notes))
            raise PackInvalidError(self.path, f"has no pitch {pitch}, only {has}")
        return note


def _map(extent: Extent) -> memoryview:
    """The stretch of a file mapped into memory, read-only; unmapped when nobody uses it."""
    if not extent.size:
        raise PackDamagedError(extent.path, "cell of 0 bytes")
    skipped = extent.offset % mmap.ALLOCATIONGRANULARITY
    try:
        mapped = mmap.mmap(
            extent.descriptor,
            skipped + extent.size,
            access=mmap.ACCESS_READ,
            offset=extent.offset - skipped,
        )
    except (OSError, ValueError) as error:  # ValueError: the file has become shorter
        raise PackDamagedError(extent.path, f"cannot be mapped: {error}") from None
    return memoryview(mapped)[skipped:]
