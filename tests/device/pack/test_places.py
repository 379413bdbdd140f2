"""Cells around a position: weights without jumps, exact corners; the stored pitch of a key."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device.pack import Combination
from device.pack.places import cell_weights, cells_at, nearest_pitch

unit = st.floats(0, 1)


def weights_at(x: float, y: float, columns: int, rows: int) -> dict[tuple[int, int], float]:
    cells = cell_weights(x, y, columns, rows)
    assert len({(cell.column, cell.row) for cell in cells}) == len(cells)
    return {(cell.column, cell.row): cell.weight for cell in cells}


@given(unit, unit, st.integers(2, 12), st.integers(2, 12))
@example(1.0, 1.0, 9, 9)
@example(5e-324, 1.0, 2, 2)
def test_weights_are_positive_and_add_up_to_one(
    x: float, y: float, columns: int, rows: int
) -> None:
    weights = weights_at(x, y, columns, rows)
    assert 1 <= len(weights) <= 4
    assert all(0 <= c < columns and 0 <= r < rows for c, r in weights)
    assert min(weights.values()) > 0
    assert math.isclose(sum(weights.values()), 1, abs_tol=1e-12)


@given(unit, unit, st.integers(2, 12), st.integers(2, 12))
def test_the_weighted_position_is_the_position(x: float, y: float, columns: int, rows: int) -> None:
    weights = weights_at(x, y, columns, rows)
    across = sum(column * weight for (column, _), weight in weights.items())
    down = sum(row * weight for (_, row), weight in weights.items())
    assert math.isclose(across, x * (columns - 1), abs_tol=1e-9)
    assert math.isclose(down, y * (rows - 1), abs_tol=1e-9)


@given(unit, unit, st.floats(-1e-4, 1e-4), st.floats(-1e-4, 1e-4))
def test_a_small_move_changes_weights_little_also_across_cell_borders(
    x: float, y: float, across: float, down: float
) -> None:
    before, after = weights_at(x, y, 9, 9), weights_at(x + across, y + down, 9, 9)
    moved = 8 * (abs(across) + abs(down))
    for cell in before.keys() | after.keys():
        assert abs(before.get(cell, 0) - after.get(cell, 0)) <= moved + 1e-12


@given(st.integers(0, 8), st.integers(0, 8))
def test_on_a_cell_only_that_cell_sounds(column: int, row: int) -> None:
    assert weights_at(column / 8, row / 8, 9, 9) == {(column, row): 1.0}


def test_a_grid_of_one_cell() -> None:
    assert sum(weights_at(0.3, 0.7, 1, 1).values()) == pytest.approx(1)


@given(st.integers(0, 127), st.sets(st.integers(0, 127), min_size=1))
def test_nearest_pitch_is_nearest(note: int, pitches: set[int]) -> None:
    chosen = nearest_pitch(note, sorted(pitches))
    assert abs(chosen - note) == min(abs(pitch - note) for pitch in pitches)


def test_between_two_pitches_the_higher_one() -> None:
    assert nearest_pitch(62, (60, 64)) == 64


def test_equal_neighbours_are_one_cell_with_the_sum_of_their_weights() -> None:
    combination = Combination((0, 0, 0, 0), (("a", "b"), ("a", "c")))
    assert dict(cells_at(combination, 0.25, 0.5)) == {"a": 0.75, "b": 0.125, "c": 0.125}
    assert cells_at(combination, 1, 1) == (("c", 1.0),)
