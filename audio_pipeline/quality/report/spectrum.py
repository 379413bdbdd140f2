"""Spectrograms with log frequency, as pictures need them."""

from __future__ import annotations

import numpy as np
from scipy.fft import rfft

from audio_pipeline.quality.bands import Float32, window_length_frames

FREQUENCIES_HZ = np.geomspace(40, 16_000, 130)
HOP_S = 0.025
WINDOW_S = 0.085


def log_spectrogram_db(samples: Float32, rate_hz: int) -> Float32:
    """Power in dB, [frequencies, hops]; the strongest bin between neighbouring frequencies."""
    length, hop = window_length_frames(WINDOW_S, rate_hz), round(HOP_S * rate_hz)
    padded = np.pad(samples, (length // 2, length))
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]
    windows = windows[: len(samples) // hop]
    spectrum = np.abs(rfft(windows * np.hanning(length).astype(np.float32), axis=1))
    level_db = 20 * np.log10(spectrum / length + 1e-9)
    bins = np.minimum(FREQUENCIES_HZ * length / rate_hz, level_db.shape[1] - 1)
    low = np.floor(bins).astype(int)
    high = np.maximum(low + 1, np.append(low[1:], level_db.shape[1]))
    rows = [level_db[:, a:b].max(axis=1) for a, b in zip(low, high, strict=True)]
    return np.asarray(rows, np.float32)
