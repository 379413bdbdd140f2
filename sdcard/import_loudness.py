"""How loud an imported note is: ITU-R BS.1770-4 by its frequency response, with numpy alone.

audio_pipeline.loudness owns the measure, with filters that need SciPy; a card tool runs without.
A test holds the two together.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WINDOW_S, HOP_S = 0.4, 0.01
OFFSET_DB = -0.691
# BS.1770-4, tables 1 and 2: the filters' coefficients at 48 kHz.
DESIGN_HZ = 48_000
SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def momentary_loudness_lufs(samples: NDArray[np.float32], rate_hz: int) -> float:
    """Loudness of the loudest 400 ms of a mono note, full scale 1; -inf for silence."""
    frames = len(samples)
    size = 1 << (frames + rate_hz // 10).bit_length()
    spectrum = np.fft.rfft(samples.astype(np.float64), size) * _response(size, rate_hz)
    energy = np.concatenate([[0.0], np.cumsum(np.fft.irfft(spectrum, size)[:frames] ** 2)])
    window = round(WINDOW_S * rate_hz)
    starts = np.arange(0, max(1, frames - window + 1), max(1, round(HOP_S * rate_hz)))
    ends = np.minimum(starts + window, frames)
    loudest = float(np.max(energy[ends] - energy[starts])) / window
    return OFFSET_DB + 10 * math.log10(loudest) if loudest > 0 else -math.inf


@lru_cache(maxsize=4)
def _response(size: int, rate_hz: int) -> NDArray[np.complex128]:
    """The response of the weighting at the frequencies of a transform, up to 24 kHz."""
    frequency = np.minimum(np.fft.rfftfreq(size, 1 / rate_hz), DESIGN_HZ / 2)
    delay = np.exp(-2j * np.pi * frequency / DESIGN_HZ)
    response: NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in (SHELF, HIGH_PASS):
        response = (
            response * np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
        )
    return response
