"""The gliding pad position: never past its target, at it in the end, clamped to the pad."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.position import PadPosition

unit = st.floats(0, 1)


@given(unit, unit, unit, unit, st.floats(0, 0.1))
def test_approaches_evenly_and_arrives(
    x: float, y: float, to_x: float, to_y: float, smoothing_s: float
) -> None:
    place = PadPosition(x, y, smoothing_s)
    place.aim(to_x, to_y)
    distance = abs(to_x - x) + abs(to_y - y)
    for _ in range(300):
        place.glide(0.005)
        now = abs(to_x - place.x) + abs(to_y - place.y)
        assert now <= distance + 1e-12
        distance = now
    assert (place.x, place.y) == (to_x, to_y)


def test_two_thirds_of_the_way_after_one_time_constant() -> None:
    place = PadPosition(0, 0, 0.02)
    place.aim(1, 0)
    for _ in range(4):
        place.glide(0.005)
    assert place.x == pytest.approx(1 - 2.718281828**-1)


def test_a_coordinate_left_out_stays_and_the_edge_holds() -> None:
    place = PadPosition(0.2, 0.3, 0)
    place.aim(x=7)
    place.glide(0.005)
    assert (place.x, place.y) == (1, 0.3)
