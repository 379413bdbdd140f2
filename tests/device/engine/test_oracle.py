"""The kernel equals the slow mixer, whatever is played."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from device.engine.mixer import Mixer

TOLERANCE = 1e-5  # of full scale


@pytest.mark.parametrize("interpolation", ["eco", "default", "high"])
@pytest.mark.parametrize("seed", range(6))
def test_random_playing_equals_the_oracle(
    oracle: ModuleType, playing: ModuleType, interpolation: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rate_hz = int(rng.choice([22050, 44100, 48000, 96000]))
    frames, voices = 2500, int(rng.integers(1, 5))
    calls = playing.random_calls(
        seed, voices=voices, events=40, frames=frames, output_rate_hz=rate_hz
    )
    blocks = [int(b) for b in rng.integers(1, 300, 7)]
    kernel = Mixer(rate_hz, max_voices=4, interpolation=interpolation)
    got = playing.play(kernel, calls, frames, blocks)
    slow = oracle.OracleMixer(rate_hz, max_voices=4, interpolation=interpolation)
    expected = playing.play(slow, calls, frames, [frames])
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE)
