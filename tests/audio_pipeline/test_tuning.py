"""How far a note is from its name's pitch, measured."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.tuning import RELIABLE, frequency_hz, mean_cents, nearest_pitch

RATE_HZ = 48_000


def saw(pitch: float, length_s: float = 2.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    t = np.arange(round(length_s * rate_hz)) / rate_hz
    hz = frequency_hz(pitch)
    return np.sum([np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 20) if k * hz < 20e3], 0)


@pytest.mark.parametrize("pitch", [21, 36, 60, 84, 108])
@pytest.mark.parametrize("cents", [-80, -50, -7, 0, 3, 31, 80])
def test_steady_tones_are_measured_to_a_tenth_of_a_cent(pitch: int, cents: float) -> None:
    found = mean_cents(saw(pitch + cents / 100), RATE_HZ, pitch)
    assert found.cents == pytest.approx(cents, abs=0.1)
    assert found.reliability > 0.95


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 96_000])
def test_at_any_rate(rate_hz: int) -> None:
    assert mean_cents(saw(60.2, 1.0, rate_hz), rate_hz, 60).cents == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize(
    "name", ["steady_additive", "vibrato_saw", "decaying_bar", "odd_harmonics"]
)
@pytest.mark.parametrize("pitch", [24, 48, 84])
def test_pitched_sounds_are_in_tune_and_reliable(
    synthetic: ModuleType, name: str, pitch: int
) -> None:
    found = mean_cents(getattr(synthetic, name)(pitch, RATE_HZ), RATE_HZ, pitch)
    assert abs(found.cents) < 0.3
    assert found.reliability > 0.95


@pytest.mark.parametrize("pitch", [24, 48, 84])
def test_noise_is_not_reliable(synthetic: ModuleType, pitch: int) -> None:
    white = np.random.default_rng(3).standard_normal(RATE_HZ)
    for noise in (white, synthetic.noise_burst(pitch, RATE_HZ)):
        assert mean_cents(noise, RATE_HZ, pitch).reliability < RELIABLE
    assert nearest_pitch(white, RATE_HZ) is None


@pytest.mark.parametrize("true_pitch", [33.0, 47.7, 60.2, 72.0, 96.4])
def test_the_nearest_pitch_is_found_without_a_name(true_pitch: float) -> None:
    found = nearest_pitch(saw(true_pitch), RATE_HZ)
    assert found is not None
    assert found.cents / 100 == pytest.approx(true_pitch, abs=0.02)


@pytest.mark.parametrize("samples", [np.zeros(RATE_HZ), np.ones(100), np.zeros(3)])
def test_nothing_to_measure_is_not_reliable(samples: np.ndarray) -> None:
    assert mean_cents(samples, RATE_HZ, 60) == (0.0, 0.0)


def test_a_pitch_above_the_rate_is_not_reliable() -> None:
    assert mean_cents(saw(60, 1.0, 8_000), 8_000, 127).reliability == 0.0
