"""How loud an imported note is, with numpy alone: a card tool runs without SciPy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from device.pack.loudness import k_weighting, loudest_lufs

RING_S = 0.2  # after which the filters' echo of a sound is below the 16th bit


def momentary_loudness_lufs(samples: NDArray[np.float32], rate_hz: int) -> float:
    """Loudness of the loudest 400 ms of a mono note, full scale 1; -inf for silence.

    The filters are applied by their frequency response, to the note and some silence after it.
    """
    size = 1 << (len(samples) + round(RING_S * rate_hz)).bit_length()
    spectrum = np.fft.rfft(samples.astype(np.float64), size) * _response(size, rate_hz)
    return loudest_lufs(np.fft.irfft(spectrum, size)[: len(samples)], rate_hz)


@lru_cache(maxsize=4)
def _response(size: int, rate_hz: int) -> NDArray[np.complex128]:
    """The response of the filters at the frequencies of a transform."""
    delay = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response: NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in k_weighting(rate_hz):
        response *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response
