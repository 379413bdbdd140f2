"""Partials lock to a phase that wavers near their own frequency, and to no other."""

from __future__ import annotations

import numpy as np

from audio_pipeline.renderers.harmonic.locking import PULL_HZ, lock

ROW_S = 0.0075
ROWS = 800


def drift_after_lock(difference_hz: float) -> np.ndarray:
    """Phase of the target against that of the locked partial, unwrapped, [rows]."""
    angle = 2 * np.pi * difference_hz * ROW_S * np.arange(ROWS)
    target = np.exp(1j * angle)[:, None].astype(np.complex64)
    start, steps = lock(target, np.zeros((ROWS - 1, 1), np.float32), 10, ROW_S)
    phase = start + np.concatenate([[0.0], np.cumsum(steps[:, 0], dtype=np.float64)])
    return np.unwrap(angle - phase)


def test_keeps_in_step_with_a_slow_drift() -> None:
    lag = drift_after_lock(0.5 * PULL_HZ)[10:]
    assert np.abs(lag).max() < np.pi / 2


def test_lets_a_fast_difference_pass() -> None:
    lag = drift_after_lock(8 * PULL_HZ)
    cycles = (lag[-1] - lag[10]) / (2 * np.pi)
    assert cycles > 0.95 * 8 * PULL_HZ * ROW_S * (ROWS - 11)


def test_leaves_the_attack_alone() -> None:
    rng = np.random.default_rng(6)
    target = np.exp(1j * rng.standard_normal((50, 3))).astype(np.complex64)
    steps = rng.standard_normal((49, 3)).astype(np.float32)
    start, locked = lock(target, steps, 20, ROW_S)
    np.testing.assert_array_equal(locked[:20], steps[:20])
    at_row = start + locked[:20].sum(0, dtype=np.float64)
    np.testing.assert_allclose(np.exp(1j * at_row), target[20], atol=1e-5)


def test_a_weak_target_pulls_weakly() -> None:
    target = np.full((100, 1), 0.1j, np.complex64)
    _, steps = lock(target, np.full((99, 1), 0.05, np.float32), 0, ROW_S)
    assert np.abs(steps - 0.05).max() <= 0.1 * 2 * np.pi * PULL_HZ * ROW_S + 1e-6
