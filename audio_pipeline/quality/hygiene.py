"""What every note of every renderer must be: finite, unclipped, centred, whole, there at once."""

from __future__ import annotations

import numpy as np

from audio_pipeline.quality.bands import Float32
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured
from device.pack.model import Loop, NoteInfo, PlayMode

ONSET_RATIO = 1e-3  # a note has begun 60 dB below its peak


def hygiene_metrics(
    samples: Float32, info: NoteInfo, loop: Loop | None, rate_hz: int
) -> dict[str, Measured]:
    """Hard gates of one note as stored: samples [frames] at full scale 1, gain applied."""
    finite = bool(np.isfinite(samples).all())
    wanted = loop.end_frame if info.mode is PlayMode.LOOP and loop is not None else info.frames
    metrics = {
        "not_finite": Measured(float(not finite)),
        "length_off": Measured(float(abs(len(samples) - wanted))),
    }
    if finite and samples.size:
        metrics |= _levels(samples, rate_hz)
    return metrics


def _levels(samples: Float32, rate_hz: int) -> dict[str, Measured]:
    magnitude = np.abs(samples)
    peak = float(magnitude.max())
    begun = int(np.argmax(magnitude > ONSET_RATIO * peak))
    return {
        "peak": Measured(20 * float(np.log10(peak + 1e-9))),
        "dc": Measured(abs(float(samples.mean(dtype=np.float64)))),
        "late_start": Measured(1000 * begun / rate_hz) if peak > 0 else NOT_APPLICABLE,
    }


def loop_metrics(loop: Loop, rate_hz: int) -> dict[str, Measured]:
    """The shared loop of a pitch: its length in seconds."""
    return {"loop_length": Measured(loop.length_frames / rate_hz)}
