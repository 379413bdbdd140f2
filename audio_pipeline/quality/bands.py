"""Sound as the ear sorts it: power in 64 bands of equal ERB width, and distances between sounds."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

Float32 = NDArray[np.float32]

BANDS = 64
LOWEST_HZ = 27.0  # below A0
HIGHEST_HZ = 16_000.0
POWER_FLOOR = 1e-12  # of full scale, so that silence has a logarithm
AUDIBLE_DB = 60.0  # what lies further below a note's loudest band does not count


def erb_number(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Glasberg and Moore's ERB-rate scale (1990): about one unit per auditory filter."""
    return np.asarray(21.4 * np.log10(1 + 0.00437 * frequency_hz))


def band_centres_erb(rate_hz: int) -> NDArray[np.float64]:
    """Centres of the bands in ERB numbers, [BANDS]."""
    highest_hz = min(0.475 * rate_hz, HIGHEST_HZ)
    low, high = erb_number(np.array([LOWEST_HZ, highest_hz]))
    return np.asarray(np.linspace(low, high, BANDS))


@cache
def band_matrix(rate_hz: int, window_frames: int) -> Float32:
    """Triangles from FFT bins to bands, [window_frames // 2 + 1, BANDS]; no band is empty."""
    bins = erb_number(np.arange(window_frames // 2 + 1) * rate_hz / window_frames)
    centres = band_centres_erb(rate_hz)
    matrix = np.maximum(0, 1 - np.abs(bins[:, None] - centres) / (centres[1] - centres[0]))
    for band in np.flatnonzero(matrix.sum(axis=0) < 1e-3):
        matrix[np.argmin(np.abs(bins - centres[band])), band] = 1
    return np.asarray(matrix, np.float32)


def window_length_frames(window_s: float, rate_hz: int) -> int:
    """The power of two nearest to `window_s`."""
    return int(2 ** round(math.log2(window_s * rate_hz)))


def band_power(
    samples: Float32, rate_hz: int, *, hop_s: float = 0.01, window_s: float = 0.0427
) -> Float32:
    """Power per hop and band, [frames // hop, BANDS]; row i is centred on i * hop_s."""
    length, hop = window_length_frames(window_s, rate_hz), round(hop_s * rate_hz)
    padded = np.pad(samples.astype(np.float32, copy=False), (length // 2, length))
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]
    windows = windows[: len(samples) // hop]
    taper = np.hanning(length + 1)[:-1].astype(np.float32)
    spectra = rfft(windows * taper, axis=1)
    power = spectra.real**2 + spectra.imag**2
    return np.asarray((power @ band_matrix(rate_hz, length)) / np.sum(taper) ** 2, np.float32)


def audible_db(power: Float32) -> Float32:
    """Band powers in dB, nothing further than AUDIBLE_DB below the loudest."""
    level_db = 10 * np.log10(power + np.float32(POWER_FLOOR))
    return np.asarray(np.maximum(level_db, level_db.max() - np.float32(AUDIBLE_DB)), np.float32)


def distance_db(a_db: Float32, b_db: Float32) -> float:
    """Log-spectral distance: root mean square difference over time and bands."""
    return float(np.sqrt(np.mean((a_db - b_db) ** 2)))
