"""Fine pitch of a note against its nominal pitch, and whether it has one at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.fft import next_fast_len, rfft

from audio_pipeline.quality.bands import Float32
from audio_pipeline.tuning import frequency_hz

CENTS = np.arange(-60.0, 61.0)
VIBRATO = np.hanning(41)  # a vibrato's sidebands, some cents apart, are heard as one pitch


class FinePitch(NamedTuple):
    """Deviation from the nominal pitch, and how much of the sound is at its harmonics."""

    cents: float
    tone_share: float  # 0..1: instruments have more than 0.8, drums and noise less than 0.2


def fine_pitch(samples: Float32, rate_hz: int, pitch: int) -> FinePitch:
    """The deviation with the most power on harmonics, 0.3 to 1.7 s; share 0 for silence."""
    segment = samples[round(0.3 * rate_hz) : round(1.7 * rate_hz)]
    length = next_fast_len(4 * len(segment), real=True)
    spectrum = rfft(segment * np.hanning(len(segment)).astype(np.float32), length)
    power = spectrum.real**2 + spectrum.imag**2
    nominal_bins = frequency_hz(pitch) * length / rate_hz
    count = int(np.clip(1200 / frequency_hz(pitch), 6, 24))
    count = max(1, min(count, int(0.45 * length / nominal_bins)))
    orders = np.arange(1, count + 1)[:, None]
    bins = orders * nominal_bins * 2 ** (CENTS / 1200)
    around = np.interp(bins, np.arange(len(power)), power)  # [harmonics, cents]
    score = np.convolve(np.sum(around, axis=0), VIBRATO, mode="same")
    cents = float(CENTS[int(np.argmax(score))])
    return FinePitch(cents, _tone_share(power, nominal_bins * 2 ** (cents / 1200)))


def _tone_share(power: Float32, fundamental_bins: float) -> float:
    """Share of the power below 6.5 times the fundamental within 40 cents of harmonics."""
    orders = np.arange(1, 7)
    low = np.rint(orders * fundamental_bins * 2 ** (-40 / 1200)).astype(int)
    high = np.rint(orders * fundamental_bins * 2 ** (40 / 1200)).astype(int) + 1
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    low, high = np.minimum(low, len(power)), np.minimum(high, len(power))
    whole = total[min(len(power), int(6.5 * fundamental_bins))] - total[int(0.5 * fundamental_bins)]
    return float(np.sum(total[high] - total[low]) / whole) if whole > 0 else 0.0
