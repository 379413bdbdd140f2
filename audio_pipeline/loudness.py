"""Momentary loudness of notes by device.pack's measure, its filters run by SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from device.pack.loudness import k_weighting, loudest_lufs


def momentary_loudness_lufs(samples: NDArray[np.floating[Any]], rate_hz: int) -> float:
    """Loudness of the loudest 400 ms of a mono note [frames]: see loudest_lufs."""
    return loudest_lufs(k_weighted(np.asarray(samples, dtype=np.float64), rate_hz), rate_hz)


def k_weighted(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """The samples [frames] through the filters of BS.1770."""
    for numerator, denominator in k_weighting(rate_hz):
        samples = lfilter(numerator, denominator, samples)
    return samples
