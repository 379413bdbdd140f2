"""Sparing the display: dimming, the drifting dots, and pictures that move a little."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from device.screens import home
from device.screens.manager import (
    BLANK_AFTER_S,
    DIM_AFTER_S,
    DIM_CONTRAST,
    FULL_CONTRAST,
    IDLE_DOTS,
    dimming,
    render,
)
from device.view import View
from hardware.interfaces import FRAME_BYTES

MakeView = Callable[..., View]


def lit(frame: bytes) -> int:
    return sum(byte.bit_count() for byte in frame)


@pytest.mark.parametrize(
    ("idle_s", "contrast", "is_blank"),
    [
        (0.0, FULL_CONTRAST, False),
        (DIM_AFTER_S - 0.1, FULL_CONTRAST, False),
        (DIM_AFTER_S, DIM_CONTRAST, False),
        (BLANK_AFTER_S - 0.1, DIM_CONTRAST, False),
        (BLANK_AFTER_S, DIM_CONTRAST, True),
        (1e6, DIM_CONTRAST, True),
    ],
)
def test_dims_then_blanks_and_wakes_when_used(idle_s: float, contrast: int, is_blank: bool) -> None:
    assert dimming(idle_s) == (contrast, is_blank)


def test_blank_shows_only_a_few_dots_that_never_stay(make_view: MakeView) -> None:
    frames = [render(make_view(time_s=60.0 * minute), is_blank=True) for minute in range(30)]
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    assert all(1 <= lit(frame) <= IDLE_DOTS for frame in frames)
    assert len(set(frames)) == len(frames)


def test_no_dot_stays_lit_for_ever_at_blank(make_view: MakeView) -> None:
    frames = [render(make_view(time_s=7.0 * step), is_blank=True) for step in range(500)]
    counts = sum(np.unpackbits(np.frombuffer(frame, "u1")).astype(int) for frame in frames)
    assert np.max(counts) < len(frames) / 10


def test_home_names_move_by_a_dot_a_minute() -> None:
    drifts = [home.drifted(home.DRIFT_S * minute + 1) for minute in range(8)]
    assert drifts[:4] == drifts[4:]
    assert len(set(drifts)) == 4
    for one, other in itertools.pairwise(drifts):
        assert abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1
