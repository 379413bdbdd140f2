"""Turns harmonic frames into samples: one wavetable per frame, read along the phase."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft

from .numeric import Float32, Float64, hermite_weights

MIN_TABLE = 64
SAMPLES_PER_CYCLE = 8  # of the highest harmonic, at least


def synthesise(spectra: NDArray[Any], phase_cycles: Float64, hop_frames: int) -> Float32:
    """Sum of harmonics, [frames].

    spectra: complex [table frames, harmonics], amplitude and phase of harmonics 1.. every
    `hop_frames`. phase_cycles: [frames] phase of the fundamental. Each table is one period; it
    is read by cubic interpolation, and neighbouring tables are cross-faded linearly.
    """
    tables, size = _tables(spectra)
    frames = np.arange(len(phase_cycles))
    row = frames // hop_frames
    blend = ((frames - row * hop_frames) / hop_frames).astype(np.float32)
    position = (phase_cycles - np.floor(phase_cycles)) * size
    index = np.minimum(position.astype(np.int64), size - 1)
    weights = hermite_weights((position - index).astype(np.float32))
    stride = size + 3
    here = row * stride + index
    there = np.minimum(row + 1, len(spectra) - 1) * stride + index
    flat = tables.ravel()
    near = _read(flat, here, weights)
    far = _read(flat, there, weights)
    far -= near
    far *= blend
    near += far
    return near


def _tables(spectra: NDArray[Any]) -> tuple[Float32, int]:
    """One period per frame with one sample before and two after it, and the period's length."""
    count, harmonics = spectra.shape
    size = MIN_TABLE
    while size < SAMPLES_PER_CYCLE * harmonics:
        size *= 2
    half = np.zeros((count, size // 2 + 1), np.complex64)
    np.multiply(spectra, size / 2, out=half[:, 1 : harmonics + 1], casting="unsafe")
    tables = np.empty((count, size + 3), np.float32)
    tables[:, 1:-2] = irfft(half, size, axis=1)
    tables[:, 0] = tables[:, -3]
    tables[:, -2:] = tables[:, 1:3]
    return tables, size


def _read(flat: Float32, index: NDArray[np.int64], weights: tuple[NDArray[Any], ...]) -> Float32:
    value: Float32 = flat.take(index) * weights[0]
    for tap in range(1, 4):
        value += flat[tap:].take(index) * weights[tap]
    return value
