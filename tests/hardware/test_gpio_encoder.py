"""Encoders: whole detents, no counts from bounces, wrapping counters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.config import ENCODER_STEPS
from hardware.errors import BoardConfigError, GpioUnavailableError
from hardware.gpio_encoder import GpioEncoders, QuadratureDecoder
from hardware.sim.sim_gpio import CLOCKWISE, SimGpio

A, B = 17, 27


@pytest.fixture
def gpio() -> SimGpio:
    return SimGpio()


def counts(encoders: GpioEncoders) -> tuple[int, ...]:
    readings = encoders.read()
    assert readings.encoders is not None
    assert readings.buttons is readings.pots is None
    assert not readings.has_touch
    return readings.encoders


@pytest.mark.parametrize("steps", ENCODER_STEPS)
def test_a_detent_is_one_count_either_way(gpio: SimGpio, steps: str) -> None:
    encoders = GpioEncoders(gpio, (A, B), steps)
    assert counts(encoders) == (0,)
    gpio.turn(A, B, 3, ENCODER_STEPS[steps])
    assert counts(encoders) == (3,)
    gpio.turn(A, B, -5, ENCODER_STEPS[steps])
    assert counts(encoders) == (254,)


def test_reversed_wiring(gpio: SimGpio) -> None:
    encoders = GpioEncoders(gpio, (A, B), is_reversed=True)
    counts(encoders)
    gpio.turn(A, B, 2)
    assert counts(encoders) == (254,)


def test_four_encoders_each_its_own_and_wrapping(gpio: SimGpio) -> None:
    lines = (17, 27, 22, 23, 24, 25, 12, 16)
    encoders = GpioEncoders(gpio, lines)
    counts(encoders)
    for index, (a, b) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
        gpio.turn(a, b, 100 * index)
    assert counts(encoders) == (0, 100, 200, 300 - 256)


def test_edges_between_reads_all_count_and_unheard_ones_are_made_good(gpio: SimGpio) -> None:
    encoders = GpioEncoders(gpio, (A, B))
    counts(encoders)
    gpio.turn(A, B, 40)
    gpio.on_edge(A, lambda level: None)  # from now on nobody hears A
    gpio.press(A)
    counts(encoders)
    gpio.press(B)
    gpio.release(A)
    counts(encoders)
    gpio.release(B)
    assert counts(encoders) == (41,)


@pytest.mark.parametrize("steps", ENCODER_STEPS)
@given(
    quarters=st.lists(st.sampled_from((1, -1)), max_size=60),
    bounces=st.lists(st.integers(0, 5), min_size=60, max_size=60),
)
def test_bouncing_contacts_end_at_the_right_count_and_are_never_a_detent_off(
    steps: str, quarters: list[int], bounces: list[int]
) -> None:
    per_detent = ENCODER_STEPS[steps]
    decoder = QuadratureDecoder(steps)
    decoder.update(True, True)
    place = 0
    for quarter, times in zip(quarters, bounces, strict=False):
        before, place = place, place + quarter
        for _ in range(times):
            decoder.update(*CLOCKWISE[(place - 1) % 4])
            decoder.update(*CLOCKWISE[(before - 1) % 4])
            assert abs(decoder.detents - place / per_detent) <= 1
        decoder.update(*CLOCKWISE[(place - 1) % 4])
        assert abs(decoder.detents - place / per_detent) <= 1
        if place % per_detent == 0:
            assert decoder.detents == place // per_detent


def test_bouncing_at_rest_counts_nothing(gpio: SimGpio) -> None:
    encoders = GpioEncoders(gpio, (A, B))
    counts(encoders)
    gpio.turn(A, B, 1)
    for line, times in itertools.product((A, B), (1, 7)):
        gpio.bounce(line, times)
        assert counts(encoders) == (1,)


def test_impossible_transitions_are_ignored() -> None:
    decoder = QuadratureDecoder("full")
    for a, b in ((True, True), (False, False), (True, True), (False, False), (True, True)):
        decoder.update(a, b)
    assert decoder.detents == 0


def test_one_missed_edge_costs_no_detent() -> None:
    decoder = QuadratureDecoder("full")
    for a, b in ((True, True), (False, False), (True, False), (True, True)):
        decoder.update(a, b)
    assert decoder.detents == 1


def test_the_knob_found_between_detents_counts_from_the_next(gpio: SimGpio) -> None:
    gpio.press(B)  # a quarter counter-clockwise of... the last quarter of a clockwise detent
    encoders = GpioEncoders(gpio, (A, B))
    counts(encoders)
    gpio.release(B)
    assert counts(encoders) == (0,)
    gpio.turn(A, B, 1)
    assert counts(encoders) == (1,)


def test_the_header_unplugged_keeps_the_counters(gpio: SimGpio) -> None:
    encoders = GpioEncoders(gpio, (A, B))
    counts(encoders)
    gpio.turn(A, B, 5)
    gpio.unplug()
    with pytest.raises(GpioUnavailableError, match="line 17"):
        encoders.read()
    gpio.turn(A, B, 3)
    gpio.plug()
    assert counts(encoders) == (5,)
    gpio.turn(A, B, 1)
    assert counts(encoders) == (6,)


def test_a_look_that_an_edge_has_overtaken_does_not_turn_the_knob(gpio: SimGpio) -> None:
    class Overtaken(SimGpio):
        is_slow = False

        def level(self, line: int) -> bool:
            level = super().level(line)
            if self.is_slow and line == A:
                self.is_slow = False
                self.press(A)  # right after A was looked at
            return level

    slow = Overtaken()
    encoders = GpioEncoders(slow, (A, B))
    counts(encoders)
    slow.is_slow = True
    counts(encoders)
    slow.press(B)
    slow.release(A)
    slow.release(B)
    assert counts(encoders) == (1,)


def test_wrong_settings() -> None:
    with pytest.raises(BoardConfigError, match="triple"):
        GpioEncoders(SimGpio(), (A, B), "triple")
    with pytest.raises(BoardConfigError, match="pair"):
        GpioEncoders(SimGpio(), (A, B, 22))
