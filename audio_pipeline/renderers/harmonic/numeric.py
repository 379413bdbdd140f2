"""Small numeric helpers shared by the harmonic renderer's files."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]
Complex64 = NDArray[np.complex64]

OVERSAMPLING = 4  # before cubic reading: puts the interpolation error below -80 dB at 10 kHz


def midi_hz(pitch: float) -> float:
    """Frequency of a MIDI note number in equal temperament, A4 (69) = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def rows_at(matrix: NDArray[Any], position: Float64) -> NDArray[Any]:
    """Rows of `matrix` [frames, n] at fractional frame positions, held at both ends."""
    position = np.clip(position, 0, len(matrix) - 1)
    index = np.minimum(position.astype(np.int64), max(0, len(matrix) - 2))
    fraction = (position - index).astype(np.float32)[:, None]
    lower = matrix[index]
    upper = matrix[np.minimum(index + 1, len(matrix) - 1)]
    upper -= lower
    upper *= fraction
    lower += upper
    return lower


def hermite_weights(fraction: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The four weights of cubic Hermite (Catmull-Rom) interpolation at 0 <= fraction < 1."""
    f2 = fraction * fraction
    f3 = f2 * fraction
    return (
        -0.5 * fraction + f2 - 0.5 * f3,
        1 - 2.5 * f2 + 1.5 * f3,
        0.5 * fraction + 2 * f2 - 1.5 * f3,
        -0.5 * f2 + 0.5 * f3,
    )


def read_at(samples: Float64, time_frames: Float64) -> Float64:
    """`samples` at fractional times: x4 oversampling, then cubic Hermite."""
    fine = resample_poly(samples, OVERSAMPLING, 1, window=("kaiser", 10.0))
    position = np.clip(time_frames * OVERSAMPLING, 1, len(fine) - 3.001)
    index = position.astype(np.int64)
    weights = hermite_weights(position - index)
    value: Float64 = fine[index - 1] * weights[0]
    for tap in range(1, 4):
        value += fine[index - 1 + tap] * weights[tap]
    return value
