"""What is measured once per note, whatever paths it lies on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.quality.bands import Float32, audible_db, band_power
from audio_pipeline.quality.fine_pitch import FinePitch, fine_pitch
from audio_pipeline.tuning import frequency_hz

NOTE_S = 4.0
"""Notes are measured over their first four seconds, loops unrolled."""
SILENT_LUFS = -70.0
TONE = 0.7  # share of the power on harmonics that makes a tone
QUANTISATION = 4 / 32768  # the second difference of rounding to 16 bit
LATE_FLOOR_DB = -90.0  # a note that is further down than this has simply ended


@dataclass(frozen=True)
class NoteFeatures:
    """One note measured."""

    pitch: int  # MIDI note number
    bands: Float32  # power, [10 ms hops, BANDS]
    bands_db: Float32  # the same in dB, the inaudible cut off
    loudness_lufs: float  # loudest 400 ms
    peak_dbfs: float
    attack_log10_s: float  # log10 of the time to 70 % of the highest level
    late_db: float  # level at 2.2-2.6 s against the loudest 50 ms
    modulation_db: float  # 4-45 Hz movement of the bands, weighted by their energy
    click_db: float  # the sharpest corner after 0.6 s against its neighbourhood
    tuning: FinePitch

    @property
    def is_silent(self) -> bool:
        """Nothing to hear."""
        return not self.loudness_lufs > SILENT_LUFS

    @property
    def is_pitched(self) -> bool:
        """The note has a clear pitch near its nominal one; drums and noise have none."""
        return self.tuning.tone_share > TONE


def measure_note(samples: Float32, rate_hz: int, pitch: int) -> NoteFeatures:
    """Measure a note of [frames] at full scale 1; about 25 ms for 4 s at 48 kHz."""
    samples = fit(samples, round(NOTE_S * rate_hz))
    bands = band_power(samples, rate_hz)
    return NoteFeatures(
        pitch=pitch,
        bands=bands,
        bands_db=audible_db(bands),
        loudness_lufs=momentary_loudness_lufs(samples, rate_hz),
        peak_dbfs=20 * float(np.log10(np.abs(samples).max() + 1e-9)),
        attack_log10_s=_attack_log10_s(samples, rate_hz, pitch),
        late_db=_late_db(samples, rate_hz),
        modulation_db=_modulation_db(bands),
        click_db=click_db(samples, rate_hz, pitch),
        tuning=fine_pitch(samples, rate_hz, pitch),
    )


def fit(samples: Float32, frames: int) -> Float32:
    """The first `frames` frames, zeros after the end."""
    return np.pad(samples[:frames], (0, max(0, frames - len(samples))))


def moving_power(samples: NDArray[np.floating], window_frames: int) -> NDArray[np.float64]:
    """Mean square over every full window, [frames - window_frames + 1]."""
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    return np.asarray(
        np.maximum(0.0, energy[window_frames:] - energy[:-window_frames]) / window_frames
    )


def _attack_log10_s(samples: Float32, rate_hz: int, pitch: int) -> float:
    """Levels over whole periods, at least 10 ms, so that low notes have no ripple."""
    periods = math.ceil(0.01 * frequency_hz(pitch))
    window = round(periods * rate_hz / frequency_hz(pitch))
    padded = np.pad(samples[: round(0.8 * rate_hz)], (window // 2, window // 2))
    power = moving_power(padded, window)
    rise_s = float(np.argmax(power >= 0.49 * power.max())) / rate_hz
    return float(np.log10(max(0.003, rise_s)))


def _late_db(samples: Float32, rate_hz: int) -> float:
    loudest = float(moving_power(samples, round(0.05 * rate_hz)).max()) + 1e-15
    late = samples[round(2.2 * rate_hz) : round(2.6 * rate_hz)].astype(np.float64)
    return max(LATE_FLOOR_DB, float(10 * np.log10(np.mean(late**2) / loudest + 1e-15)))


def _modulation_db(bands: Float32) -> float:
    """Deviation of the band levels from their 250 ms mean, 0.2 to 2.8 s."""
    steady = bands[20:280]
    level_db = 10 * np.log10(steady + bands.max() * np.float32(1e-6) + np.float32(1e-20))
    movement_db = (level_db - uniform_filter1d(level_db, 25, axis=0)).std(axis=0)
    weight = np.sqrt(steady.mean(axis=0)) + np.float32(1e-20)
    return float(np.sum(movement_db * weight) / np.sum(weight))


def click_blocks_db(samples: Float32, rate_hz: int, pitch: int) -> tuple[NDArray[np.float64], int]:
    """Sharpness (second difference) per block of a period against the blocks around it.

    Returns the blocks in dB and their length in frames: a block holds at least one whole period,
    so that a pulse per period is no click.
    """
    block = int(max(0.004, 1.1 / frequency_hz(pitch)) * rate_hz)
    sharpness = np.abs(np.diff(samples.astype(np.float64), 2))
    peaks = sharpness[: len(sharpness) // block * block].reshape(-1, block).max(axis=1)
    floor = max(1e-3 * peaks.max(), 1e-3 * float(np.abs(samples).max()), QUANTISATION)
    usual = median_filter(peaks, 9) + floor
    return 20 * np.log10(peaks / usual + 1e-9), block


def click_db(samples: Float32, rate_hz: int, pitch: int) -> float:
    """The sharpest block after 0.6 s."""
    blocks_db, block = click_blocks_db(samples, rate_hz, pitch)
    return float(blocks_db[int(0.6 * rate_hz / block) : -3].max())
