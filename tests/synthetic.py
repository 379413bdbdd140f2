"""Six synthetic source sounds, any pitch and rate, always the same samples: no files, no network.

Like real prepared sources they start at once, are mono at full scale 1, and share one loudness
(-20 dBFS RMS in their loudest 400 ms, peaks at most -1 dBFS); sustained ones are let go at 3 s.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.renderers.base import SourceNote

Samples = NDArray[np.float64]  # [frames]

NOTE_S = 4.0
RELEASE_AT_S = 3.0
LOUDEST_RMS = 0.1  # -20 dBFS
HIGHEST_PEAK = 0.89  # -1 dBFS


def frequency_hz(pitch: int) -> float:
    """Frequency of a MIDI note, A4 = 69 = 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def steady_additive(pitch: int, rate_hz: int, length_s: float = NOTE_S) -> Samples:
    """An organ: twelve harmonics falling with 1/k, 8 ms attack, nothing moves."""
    phase = 2 * np.pi * frequency_hz(pitch) * _time_s(rate_hz, length_s)
    amplitudes = {k: 1 / k for k in range(1, 13)}
    return _level(_harmonics(phase, amplitudes, pitch, rate_hz) * _gate(rate_hz, length_s, 0.008))


def vibrato_saw(pitch: int, rate_hz: int, length_s: float = NOTE_S) -> Samples:
    """Bowed strings: a soft saw, 250 ms attack, then a vibrato of 12 cents at 5.5 Hz."""
    t = _time_s(rate_hz, length_s)
    cents = 12 * np.clip((t - 0.3) / 0.5, 0, 1) * np.sin(2 * np.pi * 5.5 * t)
    phase = 2 * np.pi * np.cumsum(frequency_hz(pitch) * 2 ** (cents / 1200)) / rate_hz
    amplitudes = {k: 1 / k * 0.97**k for k in range(1, 41)}
    return _level(_harmonics(phase, amplitudes, pitch, rate_hz) * _gate(rate_hz, length_s, 0.25))


def decaying_bar(pitch: int, rate_hz: int, length_s: float = NOTE_S) -> Samples:
    """A struck bar, partials 1 : 3.9 : 9.2: the high ones die first (12, 40 and 90 dB/s)."""
    t = _time_s(rate_hz, length_s)
    tone = np.zeros_like(t)
    for ratio, amplitude, decay_db_per_s in ((1.0, 1.0, 12.0), (3.9, 0.4, 40.0), (9.2, 0.2, 90.0)):
        partial_hz = ratio * frequency_hz(pitch)
        if partial_hz < 0.45 * rate_hz:
            ring = 10 ** (-decay_db_per_s * t / 20)
            tone += amplitude * ring * np.sin(2 * np.pi * partial_hz * t)
    return _level(tone * np.clip(t / 0.001, 0, 1) * _tail(rate_hz, length_s))


def odd_harmonics(pitch: int, rate_hz: int, length_s: float = NOTE_S) -> Samples:
    """A clarinet: odd harmonics, weak even ones, 40 ms attack and a slow swell of 0.5 dB."""
    t = _time_s(rate_hz, length_s)
    amplitudes = {k: (1.0 if k % 2 else 0.03) * k**-1.2 for k in range(1, 24)}
    swell = 10 ** (0.5 * np.sin(2 * np.pi * 0.9 * t) / 20)
    phase = 2 * np.pi * frequency_hz(pitch) * t
    tone = _harmonics(phase, amplitudes, pitch, rate_hz) * swell
    return _level(tone * _gate(rate_hz, length_s, 0.04))


def noise_burst(pitch: int, rate_hz: int, length_s: float = NOTE_S) -> Samples:
    """A drum: 70 ms of noise, darker for lower pitches; it has no pitch to speak of."""
    t = _time_s(rate_hz, length_s)
    noise = np.random.default_rng([pitch, rate_hz]).standard_normal(len(t))
    spectrum = np.fft.rfft(noise)
    frequencies_hz = np.fft.rfftfreq(len(t), 1 / rate_hz)
    corner_hz = 8 * frequency_hz(pitch) + 500
    spectrum *= (frequencies_hz > 30) / (1 + (frequencies_hz / corner_hz) ** 2)
    burst = np.fft.irfft(spectrum, len(t)) * np.exp(-t / 0.07)
    return _level(burst * np.clip(t / 0.001, 0, 1) * _tail(rate_hz, length_s))


def silent(pitch: int, rate_hz: int, length_s: float = NOTE_S) -> Samples:
    """A source that was recorded with the microphone off."""
    return np.zeros(len(_time_s(rate_hz, length_s)))


SOURCES: dict[str, Callable[[int, int], Samples]] = {
    "steady": steady_additive,
    "saw": vibrato_saw,
    "bar": decaying_bar,
    "odd": odd_harmonics,
    "noise": noise_burst,
    "silent": silent,
}


def source_note(sound: str, pitch: int, rate_hz: int, name: str = "") -> SourceNote:
    """One of SOURCES as renderers are given it, if need be under another name."""
    samples = SOURCES[sound](pitch, rate_hz)
    return SourceNote(name or sound, pitch, samples, f"synthetic-{sound}-{pitch}-{rate_hz}")


def source_notes(pitch: int, rate_hz: int, *names: str) -> list[SourceNote]:
    """The named sources (default: all six) at one pitch."""
    return [source_note(name, pitch, rate_hz) for name in names or SOURCES]


def _time_s(rate_hz: int, length_s: float) -> Samples:
    return np.arange(round(length_s * rate_hz)) / rate_hz


def _harmonics(phase: Samples, amplitudes: dict[int, float], pitch: int, rate_hz: int) -> Samples:
    """Sum of the harmonics below 0.45 of the rate, each with its own fixed phase."""
    start_phases = np.random.default_rng(len(amplitudes)).uniform(0, 2 * np.pi, 64)
    tone = np.zeros_like(phase)
    for k, amplitude in amplitudes.items():
        if k * frequency_hz(pitch) < 0.45 * rate_hz:
            tone += amplitude * np.sin(k * phase + start_phases[k])
    return tone


def _gate(rate_hz: int, length_s: float, attack_s: float) -> Samples:
    """A rise over `attack_s`, then the release from RELEASE_AT_S on (60 dB in 0.35 s)."""
    t = _time_s(rate_hz, length_s)
    rise = np.sin(np.pi / 2 * np.clip(t / attack_s, 0, 1))
    fall = 10 ** (-60 / 0.35 * np.maximum(0, t - RELEASE_AT_S) / 20)
    return np.asarray(rise * fall * _tail(rate_hz, length_s))


def _tail(rate_hz: int, length_s: float) -> Samples:
    """A last 10 ms that end in silence."""
    t = _time_s(rate_hz, length_s)
    return np.asarray(np.clip((length_s - t) / 0.010, 0, 1))


def _level(tone: Samples) -> Samples:
    """Scale to LOUDEST_RMS over the loudest tenth (400 ms of a whole note), or to HIGHEST_PEAK."""
    window = max(1, len(tone) // 10)
    energy = np.concatenate([[0.0], np.cumsum(tone**2)])
    loudest = float(np.sqrt(np.max(energy[window:] - energy[:-window]) / window))
    gain = min(LOUDEST_RMS / loudest, HIGHEST_PEAK / float(np.max(np.abs(tone))))
    return tone * gain
