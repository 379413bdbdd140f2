"""The filters are those of the standard; the loudest window counts, wherever it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from device.pack.loudness import k_weighting, loudest_lufs

SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (-1.69065929318241, 0.73248077421585),
)
HIGH_PASS = (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)


def test_the_filters_at_48_khz_are_those_of_the_standard() -> None:
    """BS.1770-4, tables 1 and 2."""
    for found, expected in zip(k_weighting(48_000), (SHELF, HIGH_PASS), strict=True):
        assert found[0] == pytest.approx(expected[0], abs=1e-7)
        assert found[1] == pytest.approx((1.0, *expected[1]), abs=1e-7)


@pytest.mark.parametrize("before_s", [0, 0.5, 3])
def test_the_loudest_400_ms_count(before_s: float) -> None:
    quiet, loud = np.full(round(before_s * 8000), 0.01), np.full(4000, 0.5)
    found = loudest_lufs(np.concatenate([quiet, loud, quiet]), 8000)
    assert found == pytest.approx(-0.691 + 20 * math.log10(0.5), abs=1e-6)


def test_a_short_note_counts_with_the_silence_after_it() -> None:
    found = loudest_lufs(np.ones(1600), 8000)
    assert found == pytest.approx(-0.691 - 10 * math.log10(2), abs=1e-6)
    assert loudest_lufs(np.zeros(1600), 8000) == -math.inf
