"""WAV files of 24 bits with loop points inside, as samplers expect them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from device.pack import Loop
from device.pack.atomic import write_atomic
from sdcard.export_mix import Float32

FULL_SCALE = 2**23
SAMPLE_BYTES = 3


def write_wav(path: Path, samples: Float32, rate_hz: int, pitch: int, loop: Loop | None) -> None:
    """Write one channel [frames] within -1..1, clipped there; the same note gives the same bytes.

    The chunk `smpl` ("RIFF Multimedia Programming Interface", 1991) holds the key and the loop,
    whose last frame is inside the loop. Raises PackWriteError.
    """
    data = pcm24(samples)
    parts = [
        _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate_hz, rate_hz * SAMPLE_BYTES,
                                    SAMPLE_BYTES, SAMPLE_BYTES * 8)),
        _chunk(b"smpl", _sampler(rate_hz, pitch, loop)),
        _chunk(b"data", data),
    ]  # fmt: skip
    body = b"WAVE" + b"".join(parts)

    def write(file: BinaryIO) -> None:
        file.write(_chunk(b"RIFF", body))

    write_atomic(path, write)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _sampler(rate_hz: int, pitch: int, loop: Loop | None) -> bytes:
    """Manufacturer and product 0, frame length in ns, key, no fine tuning, no SMPTE, the loops."""
    head = struct.pack(
        "<9I", 0, 0, round(1e9 / rate_hz), pitch, 0, 0, 0, 0 if loop is None else 1, 0
    )
    if loop is None:
        return head
    forever = 0
    return head + struct.pack("<6I", 0, 0, loop.start_frame, loop.end_frame - 1, 0, forever)


def pcm24(samples: Float32) -> bytes:
    """Little-endian 24-bit integers, clipped at full scale."""
    scaled = np.rint(samples.astype(np.float64) * FULL_SCALE)
    whole = scaled.clip(-FULL_SCALE, FULL_SCALE - 1).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
