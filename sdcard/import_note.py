"""Makes a note of ours from one of Open NSynth Super: a one-shot, or a loop without clicks.

That instrument plays the stretch between its two loop points forwards and backwards. Here it goes
forwards only, so the end of the stretch is crossfaded into what comes before its beginning, its
length becomes whole periods of the pitch, and the fall of the level along it becomes the note's
decay: a struck sound goes on dying away.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from device.pack import Loop, NoteAudio, PlayMode
from device.pack.model import FULL_SCALE
from sdcard.import_loudness import momentary_loudness_lufs
from sdcard.upstream_layout import PadShape

CROSSFADE_FRAMES = 4000  # that instrument's own
LEVEL_S = 0.1  # how long the level is measured at both ends
FASTEST_FALL_DB_PER_S = -40.0  # faster would raise more noise than sound
SHORTEST_FRAMES = 100  # of a loop, as there
QUIETEST = 1 / FULL_SCALE
PEAK = 8.0  # the highest that a note may hold

Float32 = NDArray[np.float32]


def shared_loops(shape: PadShape, points: tuple[float, float] | None) -> dict[int, Loop]:
    """Loop points for each pitch, from parts of a note's length; empty for one-shots."""
    if points is None:
        return {}
    start, end = (math.floor(point * shape.frames) for point in points)
    start = min(start, shape.frames - SHORTEST_FRAMES)
    wanted = min(max(end - start, SHORTEST_FRAMES), shape.frames - start)
    if start < 0 or wanted < SHORTEST_FRAMES:
        return {}
    return {pitch: Loop(start, _periods(pitch, wanted, shape.rate_hz)) for pitch in shape.pitches}


def _periods(pitch: int, most: int, rate_hz: int) -> int:
    """The largest whole number of periods within `most` frames; `most` if there is none."""
    period = rate_hz / (440 * 2 ** ((pitch - 69) / 12))
    return round(math.floor(most / period) * period) or most


def imported_note(
    stored: NDArray[np.int16], pitch: int, rate_hz: int, loop: Loop | None
) -> NoteAudio:
    """The note of one pitch from int16 [frames]."""
    samples = stored.astype(np.float32) / np.float32(FULL_SCALE)
    loudness = momentary_loudness_lufs(samples, rate_hz)
    if loop is None:
        return NoteAudio(pitch, samples, PlayMode.ONE_SHOT, 0.0, loudness)
    decay = _decay_db_per_s(samples, loop, rate_hz)
    looped = _looped(samples, _flattened(samples, loop, decay, rate_hz), loop)
    return NoteAudio(pitch, looped, PlayMode.LOOP, decay, loudness)


def _decay_db_per_s(samples: Float32, loop: Loop, rate_hz: int) -> float:
    """How fast the level falls along the loop; 0 if it rises, or there is silence."""
    window = min(round(LEVEL_S * rate_hz), loop.length_frames // 2)
    first = _level(samples[loop.start_frame : loop.start_frame + window])
    last = _level(samples[loop.end_frame - window : loop.end_frame])
    if first < QUIETEST or last <= 0:
        return 0.0
    seconds = (loop.length_frames - window) / rate_hz
    fall = 20 * math.log10(last / first) / seconds
    return min(0.0, max(fall, FASTEST_FALL_DB_PER_S))


def _level(samples: Float32) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _flattened(samples: Float32, loop: Loop, decay_db_per_s: float, rate_hz: int) -> Float32:
    """The note up to the end of its loop as if it did not decay, also before the loop."""
    late_s = (np.arange(loop.end_frame) - loop.start_frame) / rate_hz
    raised = samples[: loop.end_frame] * 10 ** (-decay_db_per_s * late_s / 20)
    return raised.clip(-PEAK, PEAK).astype(np.float32)


def _looped(samples: Float32, flat: Float32, loop: Loop) -> Float32:
    """`samples` before the loop, `flat` in it; its end turns into what comes before its start."""
    start = loop.start_frame
    frames = min(CROSSFADE_FRAMES, loop.length_frames // 2, start)
    share = np.linspace(0, 1, frames + 1, dtype=np.float32)[1:]
    before, end = flat[start - frames : start], flat[loop.end_frame - frames :]
    return np.concatenate(
        [samples[:start], flat[start : loop.end_frame - frames], end * (1 - share) + before * share]
    )
