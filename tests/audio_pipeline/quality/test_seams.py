"""Seam metrics: a good loop is like nature, each fault of a bad one shows in its own number."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.quality.nature import (
    Natural,
    before_crossfade,
    level_swing_db,
    liveliest,
    natural_of,
)
from audio_pipeline.quality.seams import frames_needed, seam_metrics
from device.pack import Loop

RATE_HZ = 16_000
PITCH = 57  # 220 Hz
LOOP = Loop(16_000, 16_000)  # 220 whole periods
FRAMES = frames_needed(LOOP, RATE_HZ)
TIME_S = np.arange(FRAMES) / RATE_HZ


def tone(swing_db: float = 0.0) -> np.ndarray:
    """A tone that swells and falls twice a second."""
    level_db = swing_db / 2 * np.sin(2 * np.pi * 2 * TIME_S)
    waves = sum(np.sin(2 * np.pi * 220 * k * TIME_S) / k for k in range(1, 6))
    return (0.2 * 10 ** (level_db / 20) * waves).astype(np.float32)


def nature(samples: np.ndarray) -> Natural:
    natural = natural_of(samples, LOOP, RATE_HZ, PITCH, untouched_frames=LOOP.end_frame)
    assert natural is not None
    return natural


def held(stored: np.ndarray, decay_db_per_s: float = 0.0) -> np.ndarray:
    """Two passes of the loop of a stored note."""
    index = np.arange(FRAMES)
    beyond = (index - LOOP.start_frame) % LOOP.length_frames + LOOP.start_frame
    played = stored[np.where(index < LOOP.end_frame, index, beyond)]
    seconds = np.maximum(0, index - LOOP.start_frame) / RATE_HZ
    return (played * 10 ** (decay_db_per_s * seconds / 20)).astype(np.float32)


def seams(played: np.ndarray, natural: Natural) -> dict[str, float]:
    metrics = seam_metrics(played, LOOP, RATE_HZ, PITCH, natural, is_corner=True)
    return {name: measured.value for name, measured in metrics.items()}


def test_a_seamless_loop_is_like_nature() -> None:
    source = tone(swing_db=2)
    found = seams(held(source), nature(source))
    assert found["seam_flux"] < 1.2
    assert found["swing_x"] == pytest.approx(0, abs=0.4)
    assert found["seam_click"] < 1
    assert np.isnan(found["decay_error"])


def test_a_loop_of_odd_length_clicks() -> None:
    source = tone()
    odd = source.copy()
    odd[LOOP.start_frame :] = np.roll(source, 30)[LOOP.start_frame :]
    odd[LOOP.end_frame - 8000 :] = source[LOOP.end_frame - 8000 :]
    found = seams(held(odd), nature(source))
    assert found["seam_click"] > 6
    assert found["seam_flux"] > 2


def test_another_timbre_at_the_end_of_the_loop_is_flux() -> None:
    source = tone()
    other = source + (0.1 * np.sin(2 * np.pi * 2640 * TIME_S) * (TIME_S > 1.5)).astype(np.float32)
    assert seams(held(other), nature(source))["seam_flux"] > 4


def test_a_crossfade_that_cancels_swings() -> None:
    source = tone()
    dip = np.ones(FRAMES, np.float32)
    dip[LOOP.end_frame - 3000 : LOOP.end_frame] = np.linspace(1, 0.5, 3000)
    assert seams(held(source * dip), nature(source))["swing_x"] > 3


@pytest.mark.parametrize("played_db_per_s", [-8.0, -3.0])
def test_decay_error(played_db_per_s: float) -> None:
    source = tone() * 10 ** (-8 * TIME_S / 20)
    found = seams(held(tone(), played_db_per_s), nature(source))
    assert found["decay_error"] == pytest.approx(8 + played_db_per_s, abs=0.1)


def test_a_seam_that_nobody_hears_is_not_judged() -> None:
    source = tone()
    assert seams(held(tone(), -60.0), nature(source)) == {}
    assert seams(np.zeros(FRAMES, np.float32), nature(source)) == {}


def test_nature_of_what_ends_or_is_silent() -> None:
    drum = tone() * 10 ** (-200 * TIME_S / 20)
    assert natural_of(drum, LOOP, RATE_HZ, PITCH, untouched_frames=LOOP.end_frame) is None
    silence = np.zeros(FRAMES, np.float32)
    assert natural_of(silence, LOOP, RATE_HZ, PITCH, untouched_frames=LOOP.end_frame) is None
    bar = tone() * 10 ** (-50 * TIME_S / 20)
    assert nature(bar).swing_db == 0  # it does not reach the loop


def test_the_crossfaded_end_is_no_witness() -> None:
    assert before_crossfade(LOOP, RATE_HZ) == LOOP.end_frame - round(0.4 * LOOP.length_frames)
    assert before_crossfade(Loop(0, 10 * RATE_HZ), RATE_HZ) == round(9.5 * RATE_HZ)


def test_liveliest_takes_the_most_of_each() -> None:
    assert liveliest([Natural(1, 9, -2, 3), Natural(4, 5, -4, 1)]) == Natural(4, 9, -3, 3)


def test_swing_and_slope_in_db() -> None:
    swing_db, slope_db_per_s = level_swing_db(tone(4) * 10 ** (-6 * TIME_S / 20), RATE_HZ)
    assert swing_db == pytest.approx(4, abs=0.4)
    assert slope_db_per_s == pytest.approx(-6, abs=0.3)
