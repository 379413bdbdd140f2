"""Cells of a pack: weights, places, and equal cells found to be one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.config import GridSettings
from audio_pipeline.grid import cell_weights, make_grid
from device.pack import WEIGHT_LAWS

FOUR = (("a",), ("b",), ("c",), ("d",))


def test_corners_are_pure_and_the_middle_is_even() -> None:
    cells = make_grid(FOUR, GridSettings(size=3)).choices[0, 0, 0, 0]
    assert cells[0][0] == (("a", 1.0),)
    assert cells[0][2] == (("b", 1.0),)
    assert cells[2][0] == (("c", 1.0),)
    assert cells[2][2] == (("d", 1.0),)
    assert cells[1][1] == tuple((name, 0.25) for name in "abcd")
    assert cells[0][1] == (("a", 0.5), ("b", 0.5))
    assert cells[1][0] == (("a", 0.5), ("c", 0.5))


@pytest.mark.parametrize(
    ("law", "per_corner", "cells", "unique"),
    [
        ("bilinear", 1, 81, 81),
        ("bilinear", 2, 1296, 904),
        ("distance", 1, 81, 77),
        ("distance", 2, 1296, 648),
    ],
)
def test_equal_cells_are_found(law: str, per_corner: int, cells: int, unique: int) -> None:
    """The counts were worked out independently for packs with 1 and 2 sounds per corner."""
    names = [f"{corner}{i}" for corner in "abcd" for i in range(per_corner)]
    hands = [tuple(names[i : i + per_corner]) for i in range(0, len(names), per_corner)]
    corners = hands[0], hands[1], hands[2], hands[3]
    grid = make_grid(corners, GridSettings(size=9, weights=law))
    assert (grid.cell_count, len(grid.unique)) == (cells, unique)
    assert len(grid.choices) == per_corner**4


def test_a_sound_in_two_corners_counts_once() -> None:
    assert cell_weights(("a", "a", "b", "a"), (0.25, 0.25, 0.25, 0.25)) == (
        ("a", 0.75),
        ("b", 0.25),
    )
    grid = make_grid((("a",), ("a",), ("a",), ("a",)), GridSettings(size=9))
    assert grid.unique == ((("a", 1.0),),)


@given(st.sampled_from(sorted(WEIGHT_LAWS)), st.integers(2, 20))
def test_weights_of_all_cells_add_up_to_one(law: str, size: int) -> None:
    grid = make_grid(FOUR, GridSettings(size=size, weights=law))
    assert len(set(grid.unique)) == len(grid.unique)
    for cell in grid.unique:
        assert math.isclose(sum(weight for _, weight in cell), 1, abs_tol=3e-9)
        assert all(weight > 0 for _, weight in cell)
        assert list(cell) == sorted(cell)
