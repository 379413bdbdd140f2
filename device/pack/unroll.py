"""The playback law of a note, frame by frame: slow and obvious, the measure of every engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.pack.model import FULL_SCALE, Loop, NoteInfo, PlayMode


def unroll(
    samples: NDArray[np.int16] | NDArray[np.floating],
    info: NoteInfo,
    loop: Loop | None,
    rate_hz: int,
    frames: int,
) -> NDArray[np.float32]:
    """float32 [frames]: what a player sounds in the first `frames` frames of a held note.

    `samples` is the stored note [info.frames]: int16, or floats with 1 as int16 full scale.
    """
    if len(samples) != info.frames:
        raise ValueError(f"{len(samples)} samples, the note has {info.frames}")
    scale = info.gain / FULL_SCALE if samples.dtype == np.int16 else info.gain
    u = np.arange(frames)
    if info.mode is PlayMode.ONE_SHOT:
        heard = np.where(u < info.frames, samples[np.minimum(u, info.frames - 1)], 0)
        return (heard * scale).astype(np.float32)
    if loop is None:
        raise ValueError(f"note {info.pitch} is looped; its loop points are needed")
    since_start = np.maximum(0, u - loop.start_frame)
    wrapped = np.where(u < loop.end_frame, u, loop.start_frame + since_start % loop.length_frames)
    decay = 10 ** (info.decay_db_per_s * since_start / rate_hz / 20)
    return (samples[wrapped] * scale * decay).astype(np.float32)
