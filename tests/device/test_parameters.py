"""The six parameters: their laws, the way back, and how values are written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import parameters
from device.parameters import ATTACK, DECAY, PARAMETERS, POSITION, RELEASE, SHORTEST_S, VOLUME

times = st.sampled_from([ATTACK, DECAY, RELEASE])
turns = st.floats(0.0, 1.0)


@given(times, st.floats(1e-9, 1.0))
def test_the_turn_of_the_time_of_a_turn_is_that_turn(parameter: int, turn: float) -> None:
    time_s = parameters.seconds(parameter, turn)
    assert parameters.turn_of_seconds(parameter, time_s) == pytest.approx(turn, abs=1e-9)


@given(times, st.floats(0.0, 100.0))
def test_the_time_of_the_turn_of_a_time_is_the_nearest_there_is(
    parameter: int, time_s: float
) -> None:
    turn = parameters.turn_of_seconds(parameter, time_s)
    longest_s = PARAMETERS[parameter].longest_s
    assert longest_s is not None
    assert 0 <= turn <= 1
    nearest_s = 0.0 if time_s <= SHORTEST_S else min(time_s, longest_s)
    assert parameters.seconds(parameter, turn) == pytest.approx(nearest_s)


@given(times, turns, turns)
def test_a_longer_way_is_a_longer_time(parameter: int, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert parameters.seconds(parameter, less) <= parameters.seconds(parameter, more)


@pytest.mark.parametrize("parameter", [ATTACK, DECAY, RELEASE])
def test_the_ends_of_a_time(parameter: int) -> None:
    assert parameters.seconds(parameter, 0.0) == 0
    assert parameters.seconds(parameter, 1.0) == pytest.approx(PARAMETERS[parameter].longest_s)


def test_only_times_have_seconds() -> None:
    for function in (parameters.seconds, parameters.turn_of_seconds):
        with pytest.raises(AssertionError, match="only times"):
            function(VOLUME, 0.5)


@given(turns, turns)
def test_volume_rises_from_silence_to_full(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0 <= parameters.volume_gain(less) <= parameters.volume_gain(more) <= 1


def test_volume_is_even_in_decibels() -> None:
    gains = [parameters.volume_gain(turn) for turn in (0.25, 0.5, 0.75, 1.0)]
    assert gains[-1] == 1
    assert [after / before for before, after in pairwise(gains)] == (
        pytest.approx([10 ** (15 / 20)] * 3)
    )
    assert parameters.volume_gain(0.0) == 0
    assert parameters.volume_gain(7.0) == 1


@pytest.mark.parametrize(
    ("parameter", "turn", "text"),
    [
        (ATTACK, 0.0, "0 ms"),
        (ATTACK, 1.0, "10.0 s"),
        (RELEASE, 1.0, "20.0 s"),
        (ATTACK, 0.5, "100 ms"),
        (VOLUME, 0.0, "off"),
        (VOLUME, 0.5, "-30 dB"),
        (POSITION, 0.333, "33 %"),
    ],
)
def test_values_as_a_screen_writes_them(parameter: int, turn: float, text: str) -> None:
    assert parameters.written(parameter, turn) == text


@given(st.sampled_from(range(len(PARAMETERS))), turns)
def test_every_value_can_be_written_shortly(parameter: int, turn: float) -> None:
    assert 0 < len(parameters.written(parameter, turn)) <= 8


def test_names_lead_back_to_parameters_and_fit_the_screen() -> None:
    assert [parameters.BY_NAME[parameter.name] for parameter in PARAMETERS] == [*range(6)]
    assert all(len(parameter.label) <= 8 for parameter in PARAMETERS)
