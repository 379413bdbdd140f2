"""The place of a finger on a row of pads: exact on pads and ends, no jumps between."""

from __future__ import annotations

import itertools

import pytest

from hardware.interfaces import Touch
from hardware.touch_pads import STILL, StillFinger, position


def feel(pads: int, finger: float, reach: float = 1.3) -> tuple[list[float], list[bool]]:
    signals = [100 * max(0.0, 1 - abs(pad - finger) / reach) for pad in range(pads)]
    return signals, [signal > 20 for signal in signals]


@pytest.mark.parametrize("pads", [6, 11])
def test_a_finger_on_the_middle_of_each_pad(pads: int) -> None:
    places = [position(*feel(pads, finger)) for finger in range(pads)]
    assert places == pytest.approx([pad / (pads - 1) for pad in range(pads)])


def test_without_signals_each_pad_has_its_own_place_and_two_touched_lie_between() -> None:
    single = [position([0] * 11, [pad == key for pad in range(11)]) for key in range(11)]
    assert single == pytest.approx([key / 10 for key in range(11)])
    assert position([0] * 11, [pad in (3, 4, 8) for pad in range(11)]) == pytest.approx(0.35)


def test_a_moving_finger_never_goes_back_and_never_jumps() -> None:
    places = [position(*feel(11, step / 20)) for step in range(201)]
    found = [place for place in places if place is not None]
    assert len(found) == len(places)
    assert (found[0], found[-1]) == (0.0, 1.0)
    steps = [after - before for before, after in itertools.pairwise(found)]
    assert min(steps) >= -1e-9
    assert max(steps) < 0.025  # five times the finger's own step at most


def test_no_pad_touched_is_no_place_whatever_is_measured() -> None:
    assert position([50.0] * 11, [False] * 11) is None


def test_negative_and_wild_signals_stay_on_the_row() -> None:
    for signals in ([-5, 30, -9], [0, -1, 0], [30, 30, 30], [100, 1000, 3]):
        place = position(signals, [True, True, True])
        assert place is not None
        assert 0 <= place <= 1


def test_of_two_fingers_the_stronger_counts() -> None:
    signals = [0, 60, 0, 0, 0, 0, 0, 0, 90, 0, 0]
    assert position(signals, [signal > 0 for signal in signals]) == pytest.approx(0.8)


def test_a_resting_finger_is_held_still_and_a_moving_one_followed() -> None:
    finger = StillFinger()
    assert finger.follow(0.5, 0.5) == Touch(0.5, 0.5)
    assert finger.follow(0.5 + STILL * 0.9, 0.5 - STILL * 0.9) == Touch(0.5, 0.5)
    assert finger.follow(0.5 + STILL * 1.1, 0.5) == Touch(0.5 + STILL * 1.1, 0.5)
    assert finger.follow(None, 0.5) is None
    assert finger.follow(0.501, 0.5) == Touch(0.501, 0.5)
