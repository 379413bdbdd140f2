"""Fine pitch of a note against its nominal pitch, and whether it has one at all."""

from __future__ import annotations

import numpy as np
from scipy.fft import next_fast_len, rfft

from audio_pipeline.quality.bands import Float32
from audio_pipeline.tuning import frequency_hz

CENTS = np.arange(-60.0, 61.0)
VIBRATO = np.hanning(41)  # a vibrato's sidebands, some cents apart, are heard as one pitch


def cents_off(samples: Float32, rate_hz: int, pitch: int) -> float:
    """Fine pitch from the harmonics' power around nominal, 0.3 to 1.7 s; NaN without a pitch."""
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
    return cents if _is_tone(power, nominal_bins * 2 ** (cents / 1200)) else float("nan")


def _is_tone(power: Float32, fundamental_bins: float) -> bool:
    """Much of the power below 6.5 times the fundamental is on harmonics (of noise a sixth is)."""
    orders = np.arange(1, 7)
    low = np.rint(orders * fundamental_bins * 2 ** (-40 / 1200)).astype(int)
    high = np.rint(orders * fundamental_bins * 2 ** (40 / 1200)).astype(int) + 1
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    low, high = np.minimum(low, len(power)), np.minimum(high, len(power))
    whole = total[min(len(power), int(6.5 * fundamental_bins))] - total[int(0.5 * fundamental_bins)]
    return bool(np.sum(total[high] - total[low]) > 0.4 * whole > 0)
