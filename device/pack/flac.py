"""FLAC streams of one note: written from samples, checked before libsndfile sees them, decoded."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from device.pack.errors import PackDamagedError

_LEVEL = 0.625  # of libsndfile's 0..1 scale = FLAC level 5: level 8 saves 1 % for twice the time
_MAGIC = b"fLaC"
_STREAMINFO_END = 42  # magic 4, block header 4, STREAMINFO 34
_STREAMINFO_BYTES = b"\0\0\x22"


def encode(samples: NDArray[np.int16], rate_hz: int) -> bytes:
    """A mono 16-bit FLAC stream of samples [frames]."""
    stream = io.BytesIO()
    soundfile.write(
        stream, samples, rate_hz, format="FLAC", subtype="PCM_16", compression_level=_LEVEL
    )
    return stream.getvalue()


def check(data: bytes, rate_hz: int, frames: int, path: str) -> None:
    """Raise PackDamagedError unless the stream claims to be mono, 16-bit, of this rate and length.

    Done on the bytes, so that no decoder is asked to make room for what a hostile stream claims.
    """
    is_flac = data[:4] == _MAGIC and data[5:8] == _STREAMINFO_BYTES and not data[4] & 0x7F
    if len(data) < _STREAMINFO_END or not is_flac:
        raise PackDamagedError(path, "is not a FLAC stream")
    word = int.from_bytes(data[18:26], "big")  # rate 20 bits, channels-1 3, bits-1 5, frames 36
    claims = (word >> 44, (word >> 41 & 7) + 1, (word >> 36 & 31) + 1, word & 0xFFFFFFFFF)
    names = ("Hz", "channels", "bits", "frames")
    for claim, wanted, name in zip(claims, (rate_hz, 1, 16, frames), names, strict=True):
        if claim != wanted:
            raise PackDamagedError(path, f"FLAC stream has {claim} {name}, not {wanted}")


class FlacReader:
    """Reads one FLAC stream block by block; a context manager. `path` is named in errors.

    The stream comes as bytes, or as a file that can seek and is read as far as is needed.
    """

    def __init__(self, data: bytes | BinaryIO, rate_hz: int, frames: int, path: str) -> None:
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        check(stream.read(_STREAMINFO_END), rate_hz, frames, path)
        stream.seek(0)
        self._path = path
        try:
            self._file: Any = soundfile.SoundFile(stream)
        except soundfile.SoundFileError as error:
            raise PackDamagedError(path, f"FLAC stream does not open: {error}") from None

    def __enter__(self) -> FlacReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the decoder; may be called twice."""
        self._file.close()

    def read(self, start: int, frames: int) -> NDArray[np.int16]:
        """int16 [frames] from frame `start` on; quick when it follows the previous block."""
        samples: NDArray[np.int16] = np.zeros(frames, np.int16)
        try:
            if self._file.tell() != start:
                self._file.seek(start)
            got = len(self._file.read(frames, out=samples))
        except soundfile.SoundFileError as error:
            raise PackDamagedError(self._path, f"FLAC stream does not decode: {error}") from None
        if got != frames:
            raise PackDamagedError(
                self._path, f"FLAC stream ends at frame {start + got}, not {start + frames}"
            )
        return samples
