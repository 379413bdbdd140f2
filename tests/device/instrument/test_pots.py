"""Knobs that take over a value: always 0..1, no jumps unless asked for, both ends reached."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device.instrument.pots import NEAR, Pot, moved, set_to

MODES = ("jump", "pickup", "scale")
modes = st.sampled_from(MODES)
turn = st.floats(0.0, 1.0)
step = st.integers(0, 255).map(lambda value: value / 255)  # as a panel reads knobs
doing = st.lists(st.one_of(st.tuples(st.just("knob"), step), st.tuples(st.just("set"), turn)))
ROUNDING = 1e-9


@example("scale", 0.0, [("knob", 224 / 255), ("set", 0.34881516596001566), ("knob", 1.0)])
@given(modes, turn, doing)
def test_whatever_happens_the_value_is_of_the_knobs_turn(
    mode: str, first: float, done: list[tuple[str, float]]
) -> None:
    pot = Pot(first)
    for what, value in done:
        pot = moved(pot, value, mode) if what == "knob" else set_to(pot, value)
        assert 0 <= pot.turn <= 1
        assert pot.physical is None or 0 <= pot.physical <= 1
        if pot.is_caught and pot.physical is not None:
            assert abs(pot.turn - pot.physical) <= NEAR + ROUNDING


@given(turn, step, st.lists(step, min_size=1))
def test_pickup_never_jumps_by_more_than_the_knob_moved(
    stored: float, first: float, knob: list[float]
) -> None:
    pot = set_to(moved(Pot(0.5), first, "pickup"), stored)
    for physical in knob:
        assert pot.physical is not None
        after = moved(pot, physical, "pickup")
        way = abs(physical - pot.physical)
        if not pot.is_caught:
            assert after.turn == pot.turn or after.is_caught
        assert abs(after.turn - pot.turn) <= way + NEAR + ROUNDING
        pot = after


@given(turn, step)
def test_pickup_catches_at_last_when_the_knob_goes_through_its_whole_turn(
    stored: float, first: float
) -> None:
    pot = set_to(moved(Pot(0.5), first, "pickup"), stored)
    for value in (*range(round(first * 255), -1, -1), *range(256)):
        pot = moved(pot, value / 255, "pickup")
    assert pot.is_caught
    assert pot.turn == 1


@given(turn, step, st.booleans())
def test_scale_reaches_the_end_together_with_the_knob(
    stored: float, first: float, up: bool
) -> None:
    pot = set_to(moved(Pot(0.5), first, "scale"), stored)
    before, way = pot.turn, range(round(first * 255), 256 if up else -1, 1 if up else -1)
    for value in way:
        pot = moved(pot, value / 255, "scale")
        assert (pot.turn - before) * (1 if up else -1) >= -2 * NEAR
        before = pot.turn
    if first != (1.0 if up else 0.0):
        assert pot.turn == pytest.approx(1.0 if up else 0.0, abs=ROUNDING)
        assert pot.is_caught


@given(turn, step, st.lists(step, min_size=1))
def test_scale_moves_the_way_the_knob_does_and_never_against_it(
    stored: float, first: float, knob: list[float]
) -> None:
    pot = set_to(moved(Pot(0.5), first, "scale"), stored)
    for physical in knob:
        after = moved(pot, physical, "scale")
        assert pot.physical is not None
        if not after.is_caught:
            assert (after.turn - pot.turn) * (physical - pot.physical) >= -ROUNDING
        pot = after


@given(turn, step, step)
def test_jump_follows_at_once(stored: float, first: float, then: float) -> None:
    pot = moved(set_to(moved(Pot(0.5), first, "jump"), stored), then, "jump")
    assert pot == Pot(then, then, True)


@pytest.mark.parametrize("mode", MODES)
def test_a_caught_knob_is_the_value(mode: str) -> None:
    pot = Pot(0.5)
    for physical in (0.2, 0.9, 0.0, 1.0):
        pot = moved(pot, physical, mode)
        assert pot == Pot(physical, physical, True)


def test_a_knob_that_stands_where_the_value_is_set_stays_caught() -> None:
    pot = moved(Pot(0.5), 0.6, "pickup")
    assert set_to(pot, 0.6 + NEAR / 2).is_caught
    assert not set_to(pot, 0.7).is_caught
    assert not set_to(Pot(0.5), 0.5).is_caught  # nobody has seen the knob
