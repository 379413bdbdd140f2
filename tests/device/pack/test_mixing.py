"""Mixing gain: nothing for equal notes, 3 dB for strangers, bounded for opposites."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pack.mixing import BLOCK_FRAMES, MAX_MIXING_GAIN, PROBE_BLOCKS, mixing_gain, probe

RNG = np.random.default_rng(9)


def products(*notes: np.ndarray) -> np.ndarray:
    probes = np.stack([probe(note, 16000) for note in notes])
    return probes @ probes.T


def test_equal_notes_are_not_raised() -> None:
    note = RNG.standard_normal(100000)
    assert mixing_gain(products(note, note), [0.3, 0.7]) == pytest.approx(1, abs=1e-5)
    assert mixing_gain(products(note, 0.1 * note), [0.5, 0.5]) == pytest.approx(1, abs=1e-5)


def test_strangers_are_raised_to_their_mean_amplitude() -> None:
    first, second = RNG.standard_normal((2, 100000))
    assert mixing_gain(products(first, second), [0.5, 0.5]) == pytest.approx(2**0.5, rel=0.02)
    assert mixing_gain(products(first, second), [1.0, 0.0]) == pytest.approx(1, abs=1e-5)


def test_opposites_are_raised_only_so_far() -> None:
    note = RNG.standard_normal(100000)
    assert mixing_gain(products(note, -note), [0.5, 0.5]) == MAX_MIXING_GAIN


def test_silence_is_left_alone() -> None:
    assert mixing_gain(products(np.zeros(50000), np.zeros(50000)), [0.5, 0.5]) == 1.0


@pytest.mark.parametrize("frames", [1, 4800, 8192, 200000])
def test_a_probe_has_one_size(frames: int) -> None:
    assert probe(np.ones(frames), 48000).shape == (PROBE_BLOCKS * BLOCK_FRAMES,)


@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0, 1), min_size=2, max_size=4))
def test_the_gain_stays_in_its_bounds(seed: int, weights: list[float]) -> None:
    notes = np.random.default_rng(seed).standard_normal((len(weights), 20000))
    assert 1.0 <= mixing_gain(products(*notes), weights) <= MAX_MIXING_GAIN
