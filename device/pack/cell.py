"""Makes cell files: samples to notes, notes to the bytes of a cell, bytes to its name."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.pack import flac, limits
from device.pack.cell_header import encode_header, parse_header
from device.pack.cell_table import CellHeader, Codec
from device.pack.errors import PackInvalidError
from device.pack.model import FULL_SCALE, Loop, NoteInfo, PlayMode, Recipe

__all__ = [
    "CellHeader", "Codec", "EncodedNote", "NoteAudio",
    "cell_name", "encode_cell", "encode_note", "parse_header",
]  # fmt: skip


@dataclass(frozen=True)
class NoteAudio:
    """One note as a renderer made it; the loop region, if any, is flattened."""

    pitch: int  # MIDI note number
    samples: NDArray[np.float32]  # [frames], within -8..8, 1 = full scale
    mode: PlayMode
    decay_db_per_s: float  # <= 0; 0 for one-shots
    loudness_lufs: float  # max momentary loudness; -inf for silence


@dataclass(frozen=True)
class EncodedNote:
    """One note as it goes into a cell."""

    info: NoteInfo
    head: bytes  # int16 [head_frames], little-endian
    flac: bytes


def encode_note(note: NoteAudio, rate_hz: int) -> EncodedNote:
    """Quantise a note to 16 bit and compress it.

    A note beyond full scale is scaled down to it and gets a gain > 1. Raises PackInvalidError for
    samples that are not one finite channel within -8..8.
    """
    samples = np.asarray(note.samples, np.float64)
    gain = _gain(samples, note.pitch)
    quantised = np.rint(samples * (FULL_SCALE / gain)).clip(-FULL_SCALE, FULL_SCALE - 1)
    stored = quantised.astype("<i2")
    head = np.zeros(limits.head_frames(rate_hz), "<i2")
    beginning = stored[: len(head)]
    head[: len(beginning)] = beginning
    info = NoteInfo(
        pitch=note.pitch,
        frames=len(stored),
        gain=gain,
        mode=note.mode,
        decay_db_per_s=float(note.decay_db_per_s),
        loudness_lufs=_finite_loudness(float(note.loudness_lufs)),
    )
    return EncodedNote(info, head.tobytes(), flac.encode(stored, rate_hz))


def _finite_loudness(loudness_lufs: float) -> float:
    """JSON has no -inf for silence: the lowest loudness that a cell can hold stands for it."""
    lowest = limits.LOUDNESS_LUFS[0]
    return lowest if loudness_lufs < lowest else loudness_lufs


def _gain(samples: NDArray[np.float64], pitch: int) -> float:
    """1, or what brings the highest peak to the highest int16 sample."""
    most = limits.GAIN[1]
    peak = float(np.abs(samples).max(initial=0.0)) if samples.ndim == 1 else math.nan
    if not samples.size or not peak <= most:
        problem = f"samples {samples.shape} with peak {peak:g}"
        raise PackInvalidError(f"note {pitch}", f"{problem} are not one channel within {most:g}")
    highest = FULL_SCALE - 1
    return min(most, max(1.0, peak * FULL_SCALE / highest))


def encode_cell(
    rate_hz: int,
    recipe: Recipe,
    renderer_name: str,
    renderer_version: str,
    notes: Sequence[EncodedNote],
    loops: Mapping[int, Loop],
    *,
    codec: Codec = Codec.FLAC,
) -> bytes:
    """The bytes of a cell file, notes ascending by pitch.

    `loops` may have more than the looped notes. The header is read back before it is
    returned: raises PackInvalidError for whatever a reader would refuse.
    """
    for note in notes:
        _check_loop(note.info, loops)
    streams = [_stream(note, rate_hz, codec) for note in notes]
    table = [(note.info, len(stream)) for note, stream in zip(notes, streams, strict=True)]
    renderer = (renderer_name, renderer_version)
    try:
        header = encode_header(rate_hz, codec, recipe, renderer, table, loops)
    except (TypeError, ValueError) as error:
        raise PackInvalidError("new cell", f"header cannot be written as JSON: {error}") from None
    data = b"".join([header, *(note.head for note in notes), *streams])
    parse_header(data, "new cell")
    return data


def _check_loop(info: NoteInfo, loops: Mapping[int, Loop]) -> None:
    """A looped note needs loop points, and ends with them."""
    if info.mode is PlayMode.LOOP:
        end = loops[info.pitch].end_frame if info.pitch in loops else None
        if info.frames != end:
            problem = f"{info.frames} frames are not the end of its loop, {end}"
            raise PackInvalidError(f"note {info.pitch}", problem)


def _stream(note: EncodedNote, rate_hz: int, codec: Codec) -> bytes:
    if codec is Codec.FLAC:
        return note.flac
    with flac.FlacReader(note.flac, rate_hz, note.info.frames, f"note {note.info.pitch}") as reader:
        return reader.read(0, note.info.frames).astype("<i2").tobytes()


def cell_name(data: bytes | memoryview) -> str:
    """The name of a cell: BLAKE2b-256 of its bytes, in hexadecimal."""
    return hashlib.blake2b(data, digest_size=32).hexdigest()
