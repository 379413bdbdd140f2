"""Looping parameters: phases close, returns meet what precedes the loop, trends are taken out."""

from __future__ import annotations

import numpy as np

from audio_pipeline.renderers.harmonic import looping, returning
from device.pack.model import Loop

LOOP = Loop(10000, 40000)
SPAN = returning.Return(LOOP, 8000)


def test_the_phase_makes_whole_cycles() -> None:
    step = 0.0100003
    phase = np.arange(LOOP.end_frame + 10) * step
    closed = looping.close_phase(phase, LOOP, 0.01)
    np.testing.assert_array_equal(closed[: LOOP.start_frame], phase[: LOOP.start_frame])
    cycles = closed[LOOP.end_frame] - closed[LOOP.start_frame]
    assert abs(cycles - 400) < 1e-6


def test_a_phase_far_from_nominal_keeps_its_own_cycles() -> None:
    phase = np.arange(LOOP.end_frame + 10) * 0.0101  # 4 cycles more in the loop
    closed = looping.close_phase(phase, LOOP, 0.01)
    assert abs(closed[LOOP.end_frame] - closed[LOOP.start_frame] - 404) < 1e-6


def test_rows_are_led_back_to_those_before_the_loop() -> None:
    rows = np.random.default_rng(3).standard_normal((510, 4)).cumsum(0)
    before = rows.copy()
    returning.lead_back(rows, 100, SPAN)
    np.testing.assert_array_equal(rows[:420], before[:420])
    np.testing.assert_allclose(rows[500], before[100], atol=1e-9)
    assert np.abs(np.diff(rows[415:501], axis=0)).max() < 10


def test_only_straight_decays_are_removed() -> None:
    time = np.arange(510) * 100
    decay = np.where(time > 10000, -(time - 10000) / 10000, 0)
    wander = np.random.default_rng(4).standard_normal(510)
    rows = np.stack([decay, wander], axis=1).astype(np.float32)
    returning.remove_decays(rows, 100, SPAN)
    np.testing.assert_allclose(rows[100:500, 0], 0, atol=1e-3)
    np.testing.assert_allclose(rows[:, 1], wander, atol=1e-6)


def test_noise_is_crossfaded_at_constant_power() -> None:
    noise = np.random.default_rng(5).standard_normal(60000).astype(np.float32)
    looped = looping.loop_samples(noise, SPAN)
    power = (looped[42000:50000].reshape(-1, 2000) ** 2).mean(1)
    assert 0.8 < power.min() < power.max() < 1.25
    np.testing.assert_allclose(looped[49999], noise[9999], rtol=1e-2)


def test_equal_signals_are_not_boosted_by_the_crossfade() -> None:
    tone = np.sin(2 * np.pi * np.arange(60000) / 100).astype(np.float32)  # 400 periods a loop
    np.testing.assert_allclose(looping.loop_samples(tone, SPAN), tone, atol=1e-4)


def level_with(db: np.ndarray) -> np.ndarray:
    """Log envelope [60000] of a level in dB."""
    return db / looping.DB_PER_NEPER


def test_only_a_lasting_fall_is_a_decay() -> None:
    time_s = np.arange(60000) / 16000
    loop = Loop(17600, 28000)
    line = looping._decay_db_per_s(level_with(-9 * time_s), 0.01, loop, 16000)
    assert abs(line + 9) < 0.1
    up_and_down = np.interp(time_s, [0, 0.4, 0.9, 1.1, 2.9, 4], [-28, -24, -30, -22, -28, -23])
    up_and_down += 1.5 * np.sin(2 * np.pi * 5 * time_s)
    wavering = looping._decay_db_per_s(level_with(up_and_down), 0.01, loop, 16000)
    assert wavering > looping.STEADY_DB_PER_S
