"""What reads one note block by block, whatever its codec; the reader for plain samples."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class NoteReader(Protocol):
    """Reads the stored frames of one note, block by block; a context manager."""

    def __enter__(self) -> NoteReader: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Free the decoder; may be called twice."""

    def read(self, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] from frame `start` on; quick when it follows the previous block."""


class PcmReader:
    """Reads a note that is stored as plain samples."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._samples = np.frombuffer(data, "<i2")

    def __enter__(self) -> PcmReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is kept open."""

    def read(self, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] from frame `start` on."""
        return self._samples[start : start + frames].astype(np.int16)
