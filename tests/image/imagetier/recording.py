"""Judges what an emulated instrument played: which pitch, when, and whether it was silent before.

An emulated machine does not keep the pace of music, so a recording may have gaps; a pitch stays.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]  # [frames], full scale 1
FRAME_S = 0.1
LOUD = 1e-3  # -60 dBFS
NEAR_CENTS = 40


def read(path: Path) -> tuple[int, Samples]:
    """(rate in Hz, both channels' mean) of a WAV file of 16 bits."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), data.reshape(-1, file.getnchannels()).mean(axis=1) / 32768


def levels(samples: Samples, rate_hz: int) -> Samples:
    """RMS of each tenth of a second."""
    frame = round(FRAME_S * rate_hz)
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1)))


def loud_part(samples: Samples, rate_hz: int) -> tuple[float, Samples]:
    """(when it begins in seconds, the samples) of the longest stretch that is no silence."""
    is_loud = np.concatenate([[False], levels(samples, rate_hz) > LOUD, [False]])
    edges = np.flatnonzero(np.diff(is_loud.astype(int)))
    stretches = list(zip(edges[::2], edges[1::2], strict=True))
    assert stretches, "nothing but silence"
    start, end = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
    frame = round(FRAME_S * rate_hz)
    return start * FRAME_S, samples[start * frame : end * frame]


def strongest_hz(samples: Samples, rate_hz: int) -> float:
    """The frequency of the highest peak of the spectrum."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate_hz / len(samples))


def share_of(samples: Samples, rate_hz: int, pitches_hz: list[float]) -> float:
    """How much of the energy lies near these frequencies, 0..1."""
    energy = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    near = np.zeros(len(energy), dtype=bool)
    for pitch in pitches_hz:
        width = max(pitch * (2 ** (NEAR_CENTS / 1200) - 1), 3 * rate_hz / len(samples))
        near |= np.abs(frequencies - pitch) < width
    return float(np.sum(energy[near]) / np.sum(energy))
