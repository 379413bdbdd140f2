"""What cannot be a sound is found; what can be one is not."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.job.checking import MOST_QUIETER_DB, problem_of, problems_of
from audio_pipeline.nsynth.job.encoding import level_db

SAMPLES = 4_000
WAVE = np.sin(np.arange(SAMPLES) * 0.1)
SILENCE = np.full(SAMPLES, 128, np.uint8)


def codes(sound: np.ndarray) -> np.ndarray:
    return (mulaw.encode(sound) + 128).astype(np.uint8)


def test_sounds_pass_also_quiet_ones_of_quiet_sources() -> None:
    assert problem_of(codes(0.3 * WAVE), SAMPLES, -13.0) is None
    assert problem_of(codes(0.05 * WAVE), SAMPLES, -13.0) is None
    assert problem_of(codes(0.001 * WAVE), SAMPLES, -60.0) is None
    assert problem_of(SILENCE, SAMPLES, -200.0) is None


@pytest.mark.parametrize("value", [128, 0, 255])
def test_silence_is_found_also_with_dc(value: int) -> None:
    problem = problem_of(np.full(SAMPLES, value, np.uint8), SAMPLES, -20.0)
    assert problem is not None
    assert "silent" in problem


def test_what_is_far_too_quiet_is_found() -> None:
    quiet = codes(0.3 * 10 ** (-(MOST_QUIETER_DB + 3) / 20) * WAVE)
    assert problem_of(quiet, SAMPLES, level_db(np.float32(0.3 * WAVE))) is not None


def test_a_wrong_length_is_found() -> None:
    assert problem_of(codes(WAVE)[:-1], SAMPLES, -13.0) == "it has 3999 samples instead of 4000"


def test_rows_are_told_apart() -> None:
    rows = np.stack([codes(0.3 * WAVE), SILENCE, codes(0.1 * WAVE)])
    assert list(problems_of(rows, SAMPLES, [-20.0, -20.0, -20.0])) == [1]


def test_levels_are_of_the_loudest_moment() -> None:
    sound = np.zeros(16_000, np.float32)
    sound[8_000:9_600] = 0.5 * np.sin(np.arange(1_600) * np.pi / 8)
    assert level_db(sound) == pytest.approx(-9.03, abs=0.1)
    assert level_db(np.zeros(100, np.float32)) == -200.0
