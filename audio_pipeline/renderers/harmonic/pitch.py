"""Follows the fundamental of a note round its known pitch."""

from __future__ import annotations

import numpy as np
from scipy.fft import rfft
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import fftconvolve

from .numeric import Float64

MAX_DEVIATION = 0.055  # of the nominal frequency: +-93 cents
MAX_HARMONICS = 10  # looked at, as far as they lie below TOP_HZ
TRACKED = 5  # the strongest of them
TOP_HZ = 4000.0
SMOOTHING_S = 0.03  # of the track
RELIABLE = 0.25  # share of the energy near the harmonics below which the nominal pitch is kept


def track(samples: Float64, nominal_hz: float, rate_hz: int, hop_frames: int) -> Float64:
    """Fundamental in Hz at every `hop_frames`: [len // hop + 1].

    Each strong low harmonic is shifted to 0 Hz and smoothed over three periods; the energy-weighted
    mean of their instantaneous frequencies (Boashash 1992) is the deviation. Unpitched sounds
    (little energy near the harmonics) keep the nominal frequency.
    """
    frames = len(samples) // hop_frames + 1
    window_frames = int(max(3 * rate_hz / nominal_hz, 0.02 * rate_hz)) | 1
    window = np.hanning(window_frames + 2)[1:-1]
    window /= window.sum()
    weighted = np.zeros(frames - 1)
    weight = np.zeros(frames - 1)
    energy = np.zeros(frames)
    for harmonic in _strongest(samples, nominal_hz, rate_hz):
        band = _baseband(samples, harmonic * nominal_hz / rate_hz, window, hop_frames, frames)
        step = np.angle(band[1:] * band[:-1].conj())
        deviation_hz = step * rate_hz / (2 * np.pi * hop_frames * harmonic)
        power = np.abs(band[1:] * band[:-1])
        power[np.abs(deviation_hz) >= min(0.06, 0.35 / harmonic) * nominal_hz] = 0.0
        weighted += power * deviation_hz
        weight += power
        energy += 2 * np.abs(band) ** 2
    if not _is_reliable(samples, energy, window_frames, hop_frames):
        return np.full(frames, nominal_hz)
    return nominal_hz + _smooth_deviation(weighted, weight, nominal_hz, rate_hz / hop_frames)


def _strongest(samples: Float64, nominal_hz: float, rate_hz: int) -> list[int]:
    """The strongest low harmonics, by the energy within a quarter tone of each."""
    energy = np.abs(rfft(samples)) ** 2
    bins_per_harmonic = nominal_hz * len(samples) / rate_hz
    count = max(1, min(MAX_HARMONICS, int(TOP_HZ / nominal_hz)))
    shares = {}
    for harmonic in range(1, count + 1):
        reach = max(2.0, 0.03 * harmonic * bins_per_harmonic)
        low, high = harmonic * bins_per_harmonic - reach, harmonic * bins_per_harmonic + reach
        shares[harmonic] = float(energy[int(low) : int(high) + 1].sum())
    return sorted(sorted(shares, key=shares.__getitem__)[-TRACKED:])


def _baseband(
    samples: Float64, cycles_per_frame: float, window: Float64, hop_frames: int, frames: int
) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    rotation = np.exp(-2j * np.pi * cycles_per_frame * np.arange(len(samples)))
    band = fftconvolve(samples * rotation, window, mode="same")[::hop_frames][:frames]
    return np.pad(band, (0, frames - len(band)), mode="edge")


def _is_reliable(samples: Float64, energy: Float64, window_frames: int, hop_frames: int) -> bool:
    total = uniform_filter1d(samples * samples, window_frames)[::hop_frames].sum()
    return bool(energy.sum() >= RELIABLE * total) and bool(energy.sum() > 0)


def _smooth_deviation(
    weighted: Float64, weight: Float64, nominal_hz: float, hops_per_s: float
) -> Float64:
    sigma = max(3.0, SMOOTHING_S * hops_per_s) / 2
    weighted = gaussian_filter1d(weighted, sigma)
    weight = gaussian_filter1d(weight, sigma)
    good = weight > weight.max() * 1e-6
    hops = np.arange(len(weight))
    deviation = np.interp(hops, hops[good], weighted[good] / weight[good])
    limit = MAX_DEVIATION * nominal_hz
    return np.asarray(np.clip(np.concatenate([deviation[:1], deviation]), -limit, limit))
