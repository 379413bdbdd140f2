"""Writes sound files of 24 bits, whole or not at all."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from device.errors import OutputError
from device.pack.atomic import write_atomic
from device.pack.errors import PackWriteError

_FULL_SCALE = 2**23
_LARGEST_BYTES = 2**32 - 2**10  # sizes in a WAV file have 32 bits


def write_wav(path: Path, blocks: Iterable[NDArray[np.float32]], rate_hz: int) -> None:
    """Write stereo blocks, float32 [frames, 2], full scale 1; the same audio gives the same bytes.

    The standard library's writer is used because libsndfile swallows a full disk when it writes
    through a file object, and dates its floating-point files. Raises OutputError.
    """

    def write(file: BinaryIO) -> None:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(3)
            sound.setframerate(rate_hz)
            for block in blocks:
                sound.writeframesraw(_pcm24(block))
                if file.tell() > _LARGEST_BYTES:
                    raise OSError("a WAV file cannot be longer than 4 GiB")

    try:
        write_atomic(path, write)
    except PackWriteError as error:
        raise OutputError(str(error)) from error


def _pcm24(block: NDArray[np.float32]) -> bytes:
    """Little-endian 24-bit integers, clipped at full scale."""
    scaled = np.rint(block.astype(np.float64) * _FULL_SCALE)
    whole = scaled.clip(-_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
