"""Clicks: single wrong samples go, what belongs to a sound stays."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.finishing.clicks import without_clicks

RATE_HZ = 16_000
Samples = NDArray[np.float64]


def sound(hz: float, slope: float, vibrato: float = 0.0) -> Samples:
    """Two seconds of harmonics through mu-law, as the network makes them, with a little noise."""
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(hz * (1 + vibrato * np.sin(2 * np.pi * 5 * t))) / RATE_HZ
    orders = range(1, int(7_000 / hz) + 1)
    wave = np.sum([np.sin(n * phase + n) / n**slope for n in orders], axis=0)
    noise = 1e-3 * np.random.default_rng(0).standard_normal(len(t))
    return played(0.4 * wave / np.abs(wave).max() + noise)


def played(samples: Samples) -> Samples:
    return mulaw.decode(mulaw.encode(samples)).astype(np.float64)


SOUNDS = [(130.8, 1.0, 0.0), (261.6, 2.5, 0.0), (261.6, 1.0, 0.004), (1046.5, 1.0, 0.0)]


@pytest.mark.parametrize(("hz", "slope", "vibrato"), SOUNDS)
def test_clicks_go_and_nothing_else_changes(hz: float, slope: float, vibrato: float) -> None:
    clean = sound(hz, slope, vibrato)
    places = np.array([3_000, 9_000, 16_021, 25_555])
    clicked = clean.copy()
    clicked[places] += [0.3, -0.3, 0.4, -0.25]
    repaired, count = without_clicks(clicked, RATE_HZ, hz)
    assert count == 4
    near = (places[:, None] + np.arange(-4, 5)).ravel()
    assert np.abs(repaired - clean)[near].max() < 0.12  # at the edge of a saw-tooth; else less
    far = np.setdiff1d(np.arange(len(clean)), near)
    np.testing.assert_array_equal(repaired[far], clean[far])


@pytest.mark.parametrize(("hz", "slope", "vibrato"), SOUNDS)
def test_sounds_without_clicks_stay_as_they_are(hz: float, slope: float, vibrato: float) -> None:
    clean = sound(hz, slope, vibrato)
    same, count = without_clicks(clean, RATE_HZ, hz)
    assert count == 0
    assert same is not None
    np.testing.assert_array_equal(same, clean)


def test_pulses_and_noise_are_no_clicks() -> None:
    generator = np.random.default_rng(1)
    pulses = np.zeros(32_000)
    pulses[::80] = 0.5
    for samples in (played(pulses), played(0.1 * generator.standard_normal(32_000))):
        assert without_clicks(samples, RATE_HZ, 200.0)[1] == 0


def test_an_attack_is_no_click() -> None:
    t = np.arange(16_000) / RATE_HZ
    struck = played(np.exp(-t * 8) * np.sin(2 * np.pi * 440 * t) + (t < 1e-4) * 0.5)
    assert without_clicks(struck, RATE_HZ, 440.0)[1] == 0


def test_what_clicks_all_the_time_is_left_alone() -> None:
    generator = np.random.default_rng(2)
    crackling = sound(261.6, 2.5)
    crackling[generator.choice(np.arange(1_000, 31_000, 100), 150, replace=False)] += 0.3
    same, count = without_clicks(crackling, RATE_HZ, 261.6)
    assert count == 0
    np.testing.assert_array_equal(same, crackling)


@pytest.mark.parametrize("length", [1, 30, 500, 2_000])
def test_short_and_silent_sounds_pass(length: int) -> None:
    assert without_clicks(np.zeros(length), RATE_HZ, 261.6)[1] == 0
    tone = played(0.3 * np.sin(np.arange(length) * 0.1))
    assert len(without_clicks(tone, RATE_HZ, 261.6)[0]) == length
