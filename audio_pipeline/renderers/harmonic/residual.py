"""The part of a note that is not harmonic: a whitened excitation under a band envelope."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import irfft, rfft
from scipy.ndimage import uniform_filter1d

from .numeric import Complex64, Float32, Float64

BANDS = 48
WINDOW_S = 0.0213
OVERLAP = 4
POWER_FLOOR = 1e-14


@dataclass(frozen=True, eq=False)
class Layout:
    """Sizes of the short-time spectra at one sample rate."""

    fft_frames: int
    hop_frames: int
    window: Float32  # [fft_frames], square root of Hann: used twice it adds up to a constant
    bands_to_bins: Float32  # [BANDS, bins], a partition of unity over the bins
    band_means: Float32  # [bins, BANDS], mean over each band


@lru_cache(maxsize=4)
def layout(rate_hz: int) -> Layout:
    """The layout for a sample rate.

    Bands are triangles on the ERB scale (Glasberg & Moore 1990).
    """
    fft_frames = 1 << math.ceil(math.log2(WINDOW_S * rate_hz) - 1e-3)
    erb = 21.4 * np.log10(1 + 0.00437 * np.linspace(0, rate_hz / 2, fft_frames // 2 + 1))
    centres = np.linspace(erb[1], erb[-1], BANDS)
    share = np.maximum(0, 1 - np.abs(erb[:, None] - centres) / (centres[1] - centres[0]))
    share[0] = 0
    share[0, 0] = 1
    used = np.maximum(share.sum(0), 1e-9)
    return Layout(
        fft_frames,
        fft_frames // OVERLAP,
        np.sqrt(np.hanning(fft_frames + 1)[:-1]).astype(np.float32),
        np.ascontiguousarray(share.T, np.float32),
        (share / used).astype(np.float32),
    )


def transform(samples: Float64, form: Layout) -> Complex64:
    """Short-time spectra [frames, bins]; frame m is centred near sample (m - 1) * hop."""
    count = len(samples) // form.hop_frames + OVERLAP
    padded = np.pad(samples, (form.fft_frames - form.hop_frames, 2 * form.fft_frames))
    windows = np.lib.stride_tricks.sliding_window_view(padded, form.fft_frames)
    spectra: Complex64 = rfft(windows[:: form.hop_frames][:count].astype(np.float32) * form.window)
    return spectra


def inverse(spectra: Complex64, frames: int, form: Layout) -> Float32:
    """Samples [frames] of short-time spectra: the inverse of `transform`."""
    gain = np.float32(form.hop_frames * 2 / form.fft_frames)
    pieces = irfft(spectra, form.fft_frames, axis=1) * (form.window * gain)
    hop = form.hop_frames
    total = np.zeros((len(pieces) + OVERLAP, hop), np.float32)
    for quarter in range(OVERLAP):
        total[quarter : quarter + len(pieces)] += pieces[:, quarter * hop : (quarter + 1) * hop]
    start = form.fft_frames - hop
    flat: Float32 = total.ravel()[start : start + frames]
    return np.asarray(np.pad(flat, (0, frames - len(flat))))


def band_log_amplitude(spectra: Complex64, form: Layout) -> Float32:
    """Natural log of the band amplitudes, [frames, BANDS], smoothed over three frames."""
    power = (spectra.real**2 + spectra.imag**2) @ form.band_means
    smooth = np.maximum(uniform_filter1d(power, 3, axis=0, mode="nearest"), 0)
    log_amplitude: Float32 = (0.5 * np.log(smooth + POWER_FLOOR)).astype(np.float32)
    return log_amplitude


def whiten(spectra: Complex64, log_amplitude: Float32, form: Layout) -> Complex64:
    """The excitation: spectra divided by their band envelope."""
    return spectra / (np.exp(log_amplitude) @ form.bands_to_bins)


@lru_cache(maxsize=16)
def noise(rows: int, form: Layout, name: str) -> Complex64:
    """A white excitation [rows, bins], the same for the same name.

    It stands in where a note has died: whitened, what the recording holds there (hum, the end
    of a sample) would come out as loud as the note.
    """
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    samples = generator.standard_normal(rows * form.hop_frames)
    white = transform(samples, form)[:rows]
    return white / np.float32(np.sqrt((form.window**2).sum()))
