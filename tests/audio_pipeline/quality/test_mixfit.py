"""mixfit: a mix of two sounds is found out, a third sound is not taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.quality.mixfit import balances, mixes_db, mixfit_db

RNG = np.random.default_rng(3)
A, B, OTHER = (np.exp(RNG.normal(0, 3, (40, 64))).astype(np.float32) for _ in range(3))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9, 1.0])
def test_any_mix_at_any_level_fits(share: float) -> None:
    mix = (1 - share) * A / A.sum() + share * B / B.sum()
    assert mixfit_db(1e-4 * mix, mixes_db(A, B)) < 0.5


def test_another_sound_does_not_fit() -> None:
    assert mixfit_db(OTHER, mixes_db(A, B)) > 5


def test_the_geometric_mean_is_no_mix() -> None:
    between = np.sqrt(A / A.sum() * B / B.sum())
    assert mixfit_db(between, mixes_db(A, B)) > 3


def test_balances_reach_both_ends() -> None:
    assert (balances()[0], balances()[-1]) == (0, 1)
    assert (np.diff(balances()) > 0).all()
