"""Measures how far a note is from the pitch that its name says.

Each of the first harmonics is looked at through a window that turns round at its nominal
frequency; the ratio of the spectra with the window's derivative and with the window itself gives
its true frequency (reassignment: Auger and Flandrin 1995). Per harmonic the deviation is averaged
by energy, and the harmonics' weighted median keeps one inharmonic partial from deciding.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.signal import get_window

RELIABLE = 0.6
"""Reliability from which a measured deviation is believed; white noise gives about 0.25."""

WIDEST_CENTS = 95.0
HARMONICS = 5
WINDOW_PERIODS = 6
SHORTEST_WINDOW_FRAMES = 64
SKIPPED_ATTACK_S = 0.03
SEARCHED_S = 0.5
SEARCHED_PITCHES = range(21, 121)
SEARCH_FRAMES = 24
FRAMES = 200
LOUD_ENOUGH = 1e-4  # frames down to -40 dB of the loudest count


class Tuning(NamedTuple):
    """Mean deviation from the nominal pitch, and how much of the sound is at its harmonics."""

    cents: float
    reliability: float  # 0..1


def frequency_hz(pitch: float) -> float:
    """Frequency of a MIDI note number, A4 = 69 = 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def mean_cents(samples: NDArray[np.float64], rate_hz: int, pitch: float) -> Tuning:
    """Deviation of mono samples [frames] from `pitch`, within +-95 cents."""
    return _deviation(samples, rate_hz, frequency_hz(pitch), FRAMES)


def nearest_pitch(samples: NDArray[np.float64], rate_hz: int) -> Tuning | None:
    """The MIDI pitch (fractional, in `cents` / 100) that explains the sound best, or None.

    Among notes that explain it about equally well the highest is taken: every sound is also
    made of harmonics of the note an octave below.
    """
    first = min(round(SKIPPED_ATTACK_S * rate_hz), len(samples) // 2)
    part = samples[first : first + round(SEARCHED_S * rate_hz)]
    found = [
        (pitch, _deviation(part, rate_hz, frequency_hz(pitch), SEARCH_FRAMES))
        for pitch in SEARCHED_PITCHES
    ]
    best = max(tuning.reliability for _, tuning in found)
    if best < RELIABLE:
        return None
    pitch, tuning = max((p, t) for p, t in found if t.reliability > 0.95 * best)
    return Tuning(100.0 * pitch + tuning.cents, tuning.reliability)


def _deviation(
    samples: NDArray[np.float64], rate_hz: int, nominal_hz: float, most_frames: int
) -> Tuning:
    count = max(1, min(HARMONICS, int(0.45 * rate_hz / nominal_hz)))
    length = max(SHORTEST_WINDOW_FRAMES, round(WINDOW_PERIODS / nominal_hz * rate_hz))
    if length > len(samples) or nominal_hz > 0.45 * rate_hz:
        return Tuning(0.0, 0.0)
    low = _low_passed(samples, rate_hz, (count + 0.5) * nominal_hz)
    frames = _frames(low, length, round(SKIPPED_ATTACK_S * rate_hz), most_frames)
    harmonics = np.arange(1, count + 1)
    window, slope = _hann(length)
    turning = np.exp(-2j * np.pi * nominal_hz / rate_hz * np.outer(np.arange(length), harmonics))
    level = frames @ (window[:, None] * turning)  # [frames, harmonics]
    turned = frames @ (slope[:, None] * turning)
    total = (frames**2) @ window  # [frames]
    return _averaged(level, turned, total, harmonics, nominal_hz, rate_hz, length)


def _averaged(
    level: NDArray[np.complex128],
    turned: NDArray[np.complex128],
    total: NDArray[np.float64],
    harmonics: NDArray[np.int_],
    nominal_hz: float,
    rate_hz: int,
    length: int,
) -> Tuning:
    energy = np.abs(level) ** 2
    energy[total < LOUD_ENOUGH * total.max()] = 0.0
    off_hz = -np.imag(turned * np.conj(level)) / np.maximum(np.abs(level) ** 2, 1e-300)
    off = off_hz * rate_hz / (2 * np.pi) / (harmonics * nominal_hz)  # fraction of the frequency
    widest = 2 ** (WIDEST_CENTS / 1200) - 1
    bins = np.clip(off, -widest, widest) * harmonics * nominal_hz * length / rate_hz
    energy /= _hann_response(bins) ** 2
    energy[np.abs(off) > widest] = 0.0
    per_harmonic = energy.sum(axis=0)
    heard = total[total >= LOUD_ENOUGH * total.max()].sum()
    if heard <= 0 or per_harmonic.sum() <= 0:
        return Tuning(0.0, 0.0)
    means = (energy * off).sum(axis=0) / np.maximum(per_harmonic, 1e-300)
    cents = 1200 * math.log2(1 + _weighted_median(means, per_harmonic))
    return Tuning(cents, min(1.0, float(2 * per_harmonic.sum() / heard)))


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    passed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(passed, 0.5 * passed[-1])])


def _low_passed(samples: NDArray[np.float64], rate_hz: int, edge_hz: float) -> NDArray[np.float64]:
    size = next_fast_len(len(samples), real=True)
    spectrum = rfft(samples, size)
    spectrum[rfftfreq(size, 1 / rate_hz) > edge_hz] = 0.0
    low: NDArray[np.float64] = irfft(spectrum, size)[: len(samples)]
    return low


def _frames(
    samples: NDArray[np.float64], length: int, skipped: int, most: int
) -> NDArray[np.float64]:
    """At most `most` windows, evenly over the sound, without its attack where it is long enough."""
    last = len(samples) - length
    first = min(skipped, last)
    starts = np.unique(np.linspace(first, last, most).astype(int))
    windows: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(samples, length)[starts]
    return windows


def _hann_response(bins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amplitude seen by a Hann window of a tone `bins` (|bins| < 2) beside its centre."""
    at_one = np.abs(np.abs(bins) - 1) < 1e-6
    safe = np.where(at_one, 0.0, bins)
    return np.where(at_one, 0.5, np.sinc(safe) / (1 - safe**2))


def _hann(length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A Hann window with sum 1, and its derivative per frame."""
    window = get_window("hann", length)
    slope = np.pi / length * np.sin(2 * np.pi * np.arange(length) / length)
    return window / window.sum(), slope / window.sum()
