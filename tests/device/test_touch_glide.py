"""The finger's path is smooth: never past the pad that is touched, and there in the end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.touch_glide import ARRIVED, TouchGlide

POLL_S = 0.005
pad = st.integers(0, 10).map(lambda step: step / 10)
place = st.tuples(pad, pad)
path = st.lists(st.tuples(place, st.integers(1, 60)), min_size=1, max_size=8)  # pads, polls on each
smoothing_s = st.floats(0.005, 1.0)
ROUNDING = 1e-12


@given(path, smoothing_s)
def test_it_never_leaves_the_pads_between_which_it_moves(
    pads: list[tuple[tuple[float, float], int]], smoothing: float
) -> None:
    glide = TouchGlide(smoothing)
    now = pads[0][0]
    for target, polls in pads:
        glide.touch(*target)
        lowest = [min(one) for one in zip(now, target, strict=True)]
        highest = [max(one) for one in zip(now, target, strict=True)]
        for _ in range(polls):
            now = glide.advance(POLL_S) or now
            # One that still has speed towards an earlier pad may go on, but no further than it.
            assert all(-ROUNDING <= one <= 1 + ROUNDING for one in now)
        if len(pads) == 1:
            assert all(
                low <= one <= high for low, one, high in zip(lowest, now, highest, strict=True)
            )


@given(place, place, smoothing_s)
def test_to_one_pad_it_goes_straight_and_arrives(
    first: tuple[float, float], target: tuple[float, float], smoothing: float
) -> None:
    glide = TouchGlide(smoothing)
    assert glide.touch(*first)
    assert not glide.touch(*target)
    seen = [first]
    while (now := glide.advance(POLL_S)) is not None:
        seen.append(now)
        assert len(seen) * POLL_S < 20 * smoothing + 2 * POLL_S
    assert seen[-1] == target
    for axis in (0, 1):
        away = [abs(one[axis] - target[axis]) for one in seen]
        assert all(after <= before + ROUNDING for before, after in pairwise(away))
        way = (seen[0][axis] - target[axis]) >= 0
        assert all((one[axis] >= target[axis]) == way or one[axis] == target[axis] for one in seen)


@given(path, st.floats(0.02, 1.0))
def test_it_is_continuous(pads: list[tuple[tuple[float, float], int]], smoothing: float) -> None:
    """Its speed stays below that of a spring let go a whole pad away, whatever the finger does."""
    glide = TouchGlide(smoothing)
    fastest = 2 / smoothing * 2  # of both springs' terms, each at most rate x distance
    now = pads[0][0]
    for target, polls in pads:
        glide.touch(*target)
        for _ in range(polls):
            after = glide.advance(POLL_S) or now
            assert max(abs(a - b) for a, b in zip(now, after, strict=True)) <= (
                fastest * POLL_S + ARRIVED
            )
            now = after


def test_the_first_touch_is_taken_as_it_is_and_so_is_the_last() -> None:
    glide = TouchGlide(0.04)
    assert glide.touch(0.2, 0.9)
    assert glide.advance(POLL_S) is None
    assert not glide.touch(0.3, 0.9)
    assert glide.lift() == (0.3, 0.9)
    assert glide.lift() is None
    assert glide.advance(POLL_S) is None
    assert glide.touch(1.0, 0.0)
    assert glide.advance(POLL_S) is None


def test_without_smoothing_it_jumps() -> None:
    glide = TouchGlide(0.0)
    glide.touch(0.0, 0.0)
    glide.touch(1.0, 0.5)
    assert glide.advance(POLL_S) == (1.0, 0.5)


@given(st.lists(st.floats(1e-4, 0.05), min_size=1, max_size=30))
def test_the_path_does_not_depend_on_how_often_it_is_asked(steps_s: list[float]) -> None:
    often, once = TouchGlide(0.2), TouchGlide(0.2)
    for glide in (often, once):
        glide.touch(0.0, 1.0)
        glide.touch(1.0, 0.0)
    for step_s in steps_s:
        now = often.advance(step_s)
    if now is not None and all(abs(a - b) > ARRIVED for a, b in zip(now, (1.0, 0.0), strict=True)):
        assert once.advance(sum(steps_s)) == pytest.approx(now, abs=1e-9)
