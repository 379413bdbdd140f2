"""The baseline renderer: a plain mix of the sources, level-corrected. For tests and comparison.

Both sounds stay audible side by side, attacks and decays do not meet: quality.gates must tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.renderers.base import RenderedNote, SourceNote
from device.pack.model import Loop, PlayMode

CROSSFADE_S = 0.3
LOOPABLE_DB = -50.0  # a note that has sunk further than this when the loop ends is a one-shot
LEVEL_WINDOW_S = 0.05
SILENT_DB = -80.0

Samples = NDArray[np.float64]  # [frames]


@dataclass(frozen=True)
class CrossfadeSources:
    """All instruments of one pitch, and how loud each is."""

    samples: dict[str, Samples]
    loudness_lufs: dict[str, float]
    rate_hz: int
    loop: Loop | None


class CrossfadeRenderer:
    """Weighted sum of the samples at the weighted mean of the loudness (see Renderer)."""

    name = "crossfade"
    version = "1"

    def prepare(
        self, sources: Sequence[SourceNote], rate_hz: int, loop: Loop | None
    ) -> CrossfadeSources:
        """Measure the loudness of each source; shorter sources are padded with silence."""
        frames = max(len(source.samples) for source in sources)
        samples = {s.instrument: np.pad(s.samples, (0, frames - len(s.samples))) for s in sources}
        loudness = {name: momentary_loudness_lufs(x, rate_hz) for name, x in samples.items()}
        return CrossfadeSources(samples, loudness, rate_hz, loop)

    def render(self, prepared: CrossfadeSources, weights: Mapping[str, float]) -> RenderedNote:
        """Mix, level, and bake the loop with a crossfade of 300 ms."""
        active = {name: weight for name, weight in weights.items() if weight > 0}
        mixed = np.zeros_like(next(iter(prepared.samples.values())))
        for name in sorted(active):
            mixed += active[name] * prepared.samples[name]
        if len(active) > 1:
            mixed *= _level_gain(mixed, active, prepared)
        if prepared.loop is None or not _lasts(mixed, prepared.loop, prepared.rate_hz):
            return RenderedNote(mixed.astype(np.float32), PlayMode.ONE_SHOT, 0.0)
        return _looped(mixed, prepared.loop, prepared.rate_hz)


def _level_gain(mixed: Samples, active: Mapping[str, float], prepared: CrossfadeSources) -> float:
    """Factor to the weighted mean of the loudness, silent sources left out."""
    heard = {n: w for n, w in active.items() if np.isfinite(prepared.loudness_lufs[n])}
    now_lufs = momentary_loudness_lufs(mixed, prepared.rate_hz)
    if not heard or not np.isfinite(now_lufs):
        return 1.0
    target_lufs = sum(w * prepared.loudness_lufs[n] for n, w in heard.items()) / sum(heard.values())
    return float(10 ** ((target_lufs - now_lufs) / 20))


def _level_db(samples: Samples, rate_hz: int) -> Samples:
    """RMS level of consecutive 50 ms."""
    window = round(LEVEL_WINDOW_S * rate_hz)
    blocks = samples[: len(samples) // window * window].reshape(-1, window)
    return np.asarray(10 * np.log10(np.mean(blocks**2, axis=1) + 1e-14))


def _lasts(mixed: Samples, loop: Loop, rate_hz: int) -> bool:
    """The note is there at the loop's end and not yet inaudible."""
    if loop.end_frame > len(mixed):
        return False
    tail = mixed[loop.end_frame - round(2 * LEVEL_WINDOW_S * rate_hz) : loop.end_frame]
    loudest_db = max(SILENT_DB, float(_level_db(mixed, rate_hz).max()))
    return bool(_level_db(tail, rate_hz).max() > loudest_db + LOOPABLE_DB)


def _looped(mixed: Samples, loop: Loop, rate_hz: int) -> RenderedNote:
    """Flatten the decay from the loop's start on and fade the loop's end into what precedes it."""
    level_db = _level_db(mixed[loop.start_frame : loop.end_frame], rate_hz)
    slope = np.polyfit(np.arange(len(level_db)) * LEVEL_WINDOW_S, level_db, 1)[0]
    decay_db_per_s = min(0.0, float(slope))
    seconds = (np.arange(loop.end_frame) - loop.start_frame) / rate_hz
    flat = mixed[: loop.end_frame] * 10 ** (-decay_db_per_s * seconds / 20)
    fade = min(round(CROSSFADE_S * rate_hz), loop.start_frame, loop.length_frames // 2)
    rise = np.sin(np.pi / 2 * (np.arange(fade) + 0.5) / fade) ** 2
    before = flat[loop.start_frame - fade : loop.start_frame]
    note = np.concatenate([mixed[: loop.start_frame], flat[loop.start_frame :]])
    note[-fade:] = (1 - rise) * note[-fade:] + rise * before
    return RenderedNote(note.astype(np.float32), PlayMode.LOOP, decay_db_per_s)
