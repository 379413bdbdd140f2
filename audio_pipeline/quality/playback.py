"""Plays a stored note for as long as one likes: device.pack.unroll, for whole arrays at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.bands import Float32
from device.pack.model import Loop, NoteInfo, PlayMode

INT16_FULL_SCALE = 32768


def stored_samples(samples: NDArray[np.int16], info: NoteInfo) -> Float32:
    """The stored frames at full scale 1, gain applied."""
    return np.asarray(samples * np.float32(info.gain / INT16_FULL_SCALE), np.float32)


def play(
    samples: NDArray[np.int16], info: NoteInfo, loop: Loop | None, rate_hz: int, frames: int
) -> Float32:
    """What a player sounds in the first `frames` frames of a held note, float32 [frames]."""
    return play_on(stored_samples(samples, info), info, loop, rate_hz, frames)


def play_on(
    stored: Float32, info: NoteInfo, loop: Loop | None, rate_hz: int, frames: int
) -> Float32:
    """The same from stored frames that have their gain already."""
    if info.mode is PlayMode.ONE_SHOT or loop is None:
        return np.pad(stored[:frames], (0, max(0, frames - len(stored))))
    index = np.arange(frames)
    beyond = (index - loop.start_frame) % loop.length_frames + loop.start_frame
    played = stored[np.where(index < loop.end_frame, index, beyond)]
    if info.decay_db_per_s:
        seconds = np.maximum(0, index - loop.start_frame) / rate_hz
        played *= (10 ** (info.decay_db_per_s * seconds / 20)).astype(np.float32)
    return played
