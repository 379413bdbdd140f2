"""Blending rows: strangers are raised, a row alone is not, and what was learnt is forgotten."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from device.blend import Blend
from device.engine.mixer import Row

RNG = np.random.default_rng(2)


def noise_row(decay_db_per_s: float = 0.0) -> Row:
    samples = (RNG.standard_normal(140000) * 3000).astype(np.int16)
    return Row(samples, 1.0, 50000, 90000, decay_db_per_s, 48000)


def test_one_row_keeps_its_weight() -> None:
    assert Blend().weights([noise_row()], [1.0]) == [1.0]


def test_strangers_are_raised() -> None:
    raised = Blend().weights([noise_row(), noise_row()], [0.5, 0.5])
    assert raised == pytest.approx([0.5 * 2**0.5] * 2, rel=0.03)


def test_a_decaying_row_counts_as_it_sounds() -> None:
    steady = noise_row()
    dying = Row(steady.samples, 1.0, 0, 140000, -60.0, 48000)
    alike = sum(Blend().weights([steady, dying], [0.5, 0.5]))
    stranger = sum(Blend().weights([noise_row(), dying], [0.5, 0.5]))
    assert 1.0 < alike < stranger < 2**0.5 - 0.05


def test_pairs_are_forgotten_with_their_rows() -> None:
    blend = Blend()
    rows = [noise_row(), noise_row()]
    blend.weights(rows, [0.5, 0.5])
    assert len(blend._alike) == 2
    del rows
    gc.collect()
    assert len(blend._alike) == len(blend._probes) == 0


def test_rows_that_are_still_loading_are_compared_by_what_is_ready() -> None:
    early = RNG.standard_normal(4800) * 3000
    later = [RNG.standard_normal(135200) * 3000 for _ in range(2)]
    whole = [np.concatenate([early, rest]).astype(np.int16) for rest in later]
    rows = [Row(samples, 1.0, 50000, 90000, 0.0, 48000, ready_frames=4800) for samples in whole]
    blend = Blend()
    assert blend.weights(rows, [0.5, 0.5]) == pytest.approx([0.5, 0.5], rel=1e-3)
    for row in rows:
        row.set_ready(len(row.samples))
    assert blend.weights(rows, [0.5, 0.5]) == pytest.approx([0.5 * 2**0.5] * 2, rel=0.03)
