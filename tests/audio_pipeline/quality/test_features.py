"""Measures of one note: what is put into a known sound comes out as a number."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.quality.features import (
    NoteFeatures,
    click_db,
    fit,
    measure_note,
    moving_power,
)

RATE_HZ = 16_000
TIME_S = np.arange(4 * RATE_HZ) / RATE_HZ


def tone(pitch: int = 60, cents: float = 0.0) -> np.ndarray:
    frequency_hz = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
    return 0.3 * sum(np.sin(2 * np.pi * k * frequency_hz * TIME_S) / k for k in range(1, 5))


def measured(samples: np.ndarray, pitch: int = 60) -> NoteFeatures:
    return measure_note(samples.astype(np.float32), RATE_HZ, pitch)


@pytest.mark.parametrize("pitch", [24, 60, 84])
@pytest.mark.parametrize("cents", [-31.0, 0.0, 17.0])
def test_finds_the_fine_pitch(pitch: int, cents: float) -> None:
    features = measured(tone(pitch, cents), pitch)
    assert features.tuning.cents == pytest.approx(cents, abs=1)
    assert features.is_pitched


@pytest.mark.parametrize("pitch", [24, 48, 84])
def test_tells_tones_from_noise(synthetic: ModuleType, pitch: int) -> None:
    for name in ("steady", "saw", "bar", "odd"):
        features = measured(synthetic.SOURCES[name](pitch, RATE_HZ), pitch)
        assert features.is_pitched, name
        assert abs(features.tuning.cents) <= 1, name
    assert not measured(synthetic.noise_burst(pitch, RATE_HZ), pitch).is_pitched


def test_a_click_is_seen_and_a_pulse_per_period_is_not() -> None:
    smooth = tone().astype(np.float32)
    pulses = smooth.copy()
    pulses[:: round(RATE_HZ / 261.6)] += 0.2
    clicked = smooth.copy()
    clicked[2 * RATE_HZ] += 0.2
    assert click_db(smooth, RATE_HZ, 60) < 3
    assert click_db(pulses, RATE_HZ, 60) < 3
    assert click_db(clicked, RATE_HZ, 60) > 15


def test_a_click_in_what_is_inaudible_does_not_count() -> None:
    dead = (tone() * np.clip(2 - 2 * TIME_S, 0, 1)).astype(np.float32)
    dead[2 * RATE_HZ] = 1 / 32768
    assert click_db(dead, RATE_HZ, 60) < 0


def test_tremolo_is_modulation() -> None:
    steady = measured(tone()).modulation_db
    shaken = measured(tone() * (1 + 0.3 * np.sin(2 * np.pi * 9 * TIME_S))).modulation_db
    slow = measured(tone() * (1 + 0.3 * np.sin(2 * np.pi * 0.5 * TIME_S))).modulation_db
    assert shaken > steady + 1
    assert slow < steady + 0.3


@pytest.mark.parametrize("attack_s", [0.02, 0.1, 0.4])
def test_attack_time(attack_s: float) -> None:
    rising = tone(72) * np.minimum(1, TIME_S / attack_s)
    found_s = 10 ** measured(rising, 72).attack_log10_s
    assert found_s == pytest.approx(0.7 * attack_s, rel=0.15, abs=0.004)


def test_low_notes_have_no_ripple_in_their_attack() -> None:
    """A period of the lowest C lasts 30 ms, longer than the attack."""
    assert 10 ** measured(tone(24), 24).attack_log10_s < 0.02


def test_late_level_follows_the_decay() -> None:
    decaying = tone() * 10 ** (-10 * TIME_S / 20)
    assert measured(decaying).late_db == pytest.approx(-24, abs=0.5)


def test_silence() -> None:
    features = measured(np.zeros(100))
    assert features.is_silent
    assert not features.is_pitched
    assert np.isfinite([features.late_db, features.click_db, features.modulation_db]).all()


def test_moving_power_of_full_windows() -> None:
    ramp = np.array([0.0, 1.0, 2.0, 3.0])
    assert moving_power(ramp, 2) == pytest.approx([0.5, 2.5, 6.5])


def test_fit_cuts_and_pads() -> None:
    samples = np.ones(3, np.float32)
    assert fit(samples, 2).tolist() == [1, 1]
    assert fit(samples, 5).tolist() == [1, 1, 1, 0, 0]
