"""Tests of device/pack/corners.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pack.corners import CORNERS, WEIGHT_LAWS, cell_position

UNIT = st.floats(0, 1)


def test_corners_have_their_places_in_reading_order() -> None:
    assert [corner.value for corner in CORNERS] == [
        "top_left",
        "top_right",
        "bottom_left",
        "bottom_right",
    ]
    assert [corner.position for corner in CORNERS] == [(0, 0), (1, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize("law", WEIGHT_LAWS)
def test_a_corner_has_all_the_weight_at_its_own_place(law: str) -> None:
    for index, corner in enumerate(CORNERS):
        weights = WEIGHT_LAWS[law](*corner.position)
        assert weights == tuple(float(index == other) for other in range(4))


@pytest.mark.parametrize("law", WEIGHT_LAWS)
@given(x=UNIT, y=UNIT)
def test_weights_are_shares(law: str, x: float, y: float) -> None:
    weights = WEIGHT_LAWS[law](x, y)
    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(1, abs=1e-12)


def test_distance_weights_vanish_one_pad_width_away() -> None:
    top_left, top_right, bottom_left, bottom_right = WEIGHT_LAWS["distance"](0.5, 0.0)
    assert top_left == top_right == 0.5
    assert bottom_left == bottom_right == 0


def test_cells_reach_from_edge_to_edge() -> None:
    assert cell_position(0, 0, 9, 5) == (0, 0)
    assert cell_position(8, 4, 9, 5) == (1, 1)
    assert cell_position(4, 1, 9, 5) == (0.5, 0.25)
