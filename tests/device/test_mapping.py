"""Arithmetic of playing: grid weights without jumps, exact corners, pitches, gains."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device import mapping

unit = st.floats(0, 1)
size = st.integers(1, 12)


def weights_at(x: float, y: float, columns: int, rows: int) -> dict[tuple[int, int], float]:
    cells = mapping.cell_weights(x, y, columns, rows)
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
    chosen = mapping.nearest_pitch(note, sorted(pitches))
    assert abs(chosen - note) == min(abs(pitch - note) for pitch in pitches)


def test_between_two_pitches_the_higher_one() -> None:
    assert mapping.nearest_pitch(62, (60, 64)) == 64


@given(st.integers(0, 127), st.sets(st.integers(0, 127), min_size=1))
def test_zones_of_a_key_have_constant_power_and_lie_around_it(note: int, pitches: set[int]) -> None:
    zones = mapping.pitch_zones(note, sorted(pitches))
    assert sum(gain**2 for _, gain in zones) == pytest.approx(1)
    if note in pitches or not min(pitches) < note < max(pitches):
        assert zones == ((mapping.nearest_pitch(note, sorted(pitches)), 1.0),)
    else:
        (below, _), (above, _) = zones
        assert below < note < above
        assert not any(below < pitch < above for pitch in pitches)


def test_the_nearer_zone_is_the_louder_one() -> None:
    gains = [dict(mapping.pitch_zones(note, (60, 64)))[60] for note in (60, 61, 62, 63)]
    assert gains == sorted(gains, reverse=True)
    assert gains[2] == pytest.approx(math.sqrt(0.5))


def test_an_octave_doubles_the_step() -> None:
    assert mapping.playback_step(12, 16000, 48000) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("curve", "half"), [("natural", 0.25), ("linear", 0.5), ("fixed", 1)])
def test_velocity_curves(curve: str, half: float) -> None:
    assert mapping.velocity_gain(127, curve) == 1
    assert mapping.velocity_gain(64, curve) == pytest.approx(half, rel=0.02)


def test_wheel_and_pan_ends_and_centres_are_exact() -> None:
    assert [mapping.bend_amount(w) for w in (0, 8192, 16383)] == [-1, 0, 1]
    assert [mapping.pan_position(v) for v in (0, 64, 127)] == [-1, 0, 1]


def test_dials_multiply() -> None:
    ends = [mapping.pot_seconds(turn, 0.001, 10) for turn in (0, 0.5, 1)]
    assert ends == pytest.approx([0.001, 0.1, 10])


@given(unit, st.integers(1, 10**7))
def test_a_start_position_lies_within_the_note(position: float, frames: int) -> None:
    assert 0 <= mapping.start_frame(position, frames) < frames
