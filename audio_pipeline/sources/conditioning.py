"""Small corrections that make source notes alike: resampling, high-pass, trim, fades, level."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfilt_zi

from audio_pipeline.loudness import momentary_loudness_lufs

Samples = NDArray[np.float64]  # [frames], mono, full scale 1

HIGH_PASS_HZ = 20.0
ONSET_DB = -50.0  # of the peak: where a note is taken to begin
PRE_ROLL_S = 0.001
TAIL_FADE_S = 0.01


def resampled(samples: Samples, from_hz: float, to_hz: float) -> Samples:
    """The same sound at another rate, or, with rates in a ratio, at another pitch (soxr VHQ)."""
    if from_hz == to_hz:
        return samples
    changed: Samples = soxr.resample(samples, from_hz, to_hz, quality="VHQ")
    return changed


def without_rumble(samples: Samples, rate_hz: int) -> Samples:
    """Without DC and what is below 20 Hz; causal, so that nothing sounds before the attack."""
    sections = _high_pass(rate_hz)
    settled = sosfilt_zi(sections) * samples[0]  # a file that begins off zero makes no step
    filtered: Samples = sosfilt(sections, samples, zi=settled)[0]
    return filtered


@cache
def _high_pass(rate_hz: int) -> NDArray[Any]:
    sections: NDArray[Any] = butter(2, HIGH_PASS_HZ, "highpass", fs=rate_hz, output="sos")
    return sections


def trimmed(samples: Samples, rate_hz: int) -> Samples:
    """From 1 ms before the note rises over -50 dB of its peak; that millisecond fades in."""
    loud = np.abs(samples) >= 10 ** (ONSET_DB / 20) * np.abs(samples).max()
    onset = int(loud.argmax())
    lead = min(onset, round(PRE_ROLL_S * rate_hz))
    note = samples[onset - lead :].copy()
    note[:lead] *= np.sin(0.5 * np.pi * np.arange(lead) / max(1, lead)) ** 2
    return note


def cut(samples: Samples, rate_hz: int, length_s: float) -> Samples:
    """At most `length_s`, with the last 10 ms faded out."""
    note = samples[: round(length_s * rate_hz)].copy()
    fade = min(len(note), round(TAIL_FADE_S * rate_hz))
    note[len(note) - fade :] *= np.cos(0.5 * np.pi * np.arange(1, fade + 1) / fade) ** 2
    return note


def levelled(
    samples: Samples, rate_hz: int, loudness_lufs: float, peak_dbfs: float
) -> tuple[Samples, float]:
    """The note at the wanted loudness, or less where its peak would pass the cap; gain in dB."""
    gain_db = loudness_lufs - momentary_loudness_lufs(samples, rate_hz)
    peak_db = 20 * np.log10(np.abs(samples).max())
    gain_db = float(min(gain_db, peak_dbfs - peak_db))
    return samples * 10 ** (gain_db / 20), gain_db
