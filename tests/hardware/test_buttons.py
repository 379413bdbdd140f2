"""Buttons: clicks between polls kept, bounces never counted twice, missing lines named."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.buttons import QUEUE_LENGTH, STABLE_S, Buttons, Debouncer
from hardware.errors import GpioUnavailableError
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_gpio import SimGpio

POLL_S = 0.005


@pytest.fixture
def gpio() -> SimGpio:
    return SimGpio()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def pressed(buttons: Buttons) -> tuple[bool, ...]:
    readings = buttons.read()
    assert readings.buttons is not None
    assert readings.encoders is readings.pots is None
    assert not readings.has_touch
    return readings.buttons


def test_press_and_release_of_the_right_button(gpio: SimGpio, clock: ManualClock) -> None:
    buttons = Buttons(gpio, (5, 6), clock)
    assert pressed(buttons) == (False, False)
    gpio.press(6)
    clock.advance(POLL_S)
    assert pressed(buttons) == (False, True)
    gpio.release(6)
    assert pressed(buttons) == (False, True)
    clock.advance(POLL_S)
    assert pressed(buttons) == (False, False)


def test_a_click_between_two_polls_is_shown_by_both_of_the_next(
    gpio: SimGpio, clock: ManualClock
) -> None:
    buttons = Buttons(gpio, (5,), clock)
    pressed(buttons)
    clock.advance(0.0005)
    gpio.press(5)
    clock.advance(0.0035)
    gpio.release(5)
    clock.advance(0.001)
    assert pressed(buttons) == (True,)
    clock.advance(POLL_S)
    assert pressed(buttons) == (False,)


def test_a_spike_shorter_than_a_contact_can_be_is_nothing(
    gpio: SimGpio, clock: ManualClock
) -> None:
    buttons = Buttons(gpio, (5,), clock)
    pressed(buttons)
    gpio.press(5)
    clock.advance(STABLE_S / 2)
    gpio.release(5)
    for _ in range(4):
        clock.advance(POLL_S)
        assert pressed(buttons) == (False,)


@given(
    gaps=st.lists(st.floats(1e-6, STABLE_S * 0.9), max_size=20),
    gaps_after=st.lists(st.floats(1e-6, STABLE_S * 0.9), max_size=20),
    hold_s=st.floats(STABLE_S * 1.1, 0.05),
    poll_s=st.floats(0.0001, 0.02),
)
def test_one_bouncing_click_is_one_click(
    gaps: list[float], gaps_after: list[float], hold_s: float, poll_s: float
) -> None:
    gpio, clock = SimGpio(), ManualClock()
    buttons = Buttons(gpio, (5,), clock)
    seen = [pressed(buttons)[0]]
    next_poll_s = clock.now_s() + poll_s

    def pass_time(seconds: float) -> None:
        nonlocal next_poll_s
        end_s = clock.now_s() + seconds
        while next_poll_s <= end_s:
            clock.advance(next_poll_s - clock.now_s())
            seen.append(pressed(buttons)[0])
            next_poll_s += poll_s
        clock.advance(max(0.0, end_s - clock.now_s()))

    for bouncing, closed in ((gaps, True), (gaps_after, False)):
        for gap in bouncing:
            gpio.press(5)
            pass_time(gap / 2)
            gpio.release(5)
            pass_time(gap / 2)
        (gpio.press if closed else gpio.release)(5)
        pass_time(hold_s)
    pass_time(3 * poll_s)
    changes = [after for before, after in itertools.pairwise(seen) if before != after]
    assert changes == [True, False]


def test_edges_that_only_repeat_a_level_still_mean_movement() -> None:
    """Two quick edges may both be told as the second: the contact has not been still."""
    contact = Debouncer()
    contact.edge(pressed=True, time_s=0.0)
    contact.edge(pressed=True, time_s=STABLE_S * 0.7)
    assert not contact.take(STABLE_S * 1.2)
    assert contact.take(STABLE_S * 1.8)


def test_an_edge_that_went_unheard_is_made_good(gpio: SimGpio, clock: ManualClock) -> None:
    buttons = Buttons(gpio, (5,), clock)
    pressed(buttons)
    gpio.on_edge(5, lambda level: None)
    gpio.press(5)
    pressed(buttons)
    clock.advance(POLL_S)
    assert pressed(buttons) == (True,)


def test_a_look_that_an_edge_has_overtaken_does_not_count() -> None:
    contact = Debouncer()
    contact.edge(pressed=True, time_s=0.0)
    contact.sample(pressed=False, time_s=0.0, edges=0)
    assert contact.take(STABLE_S)


def test_a_button_that_is_down_from_the_start_reads_so_at_once(
    gpio: SimGpio, clock: ManualClock
) -> None:
    gpio.press(5)
    assert pressed(Buttons(gpio, (5,), clock)) == (True,)


def test_nobody_reading_for_long_keeps_a_bounded_number_of_clicks_and_the_right_end() -> None:
    contact = Debouncer()
    for click in range(50):
        contact.edge(pressed=True, time_s=click * 0.1)
        contact.edge(pressed=False, time_s=click * 0.1 + 0.05)
    shown = [contact.take(10.0) for _ in range(QUEUE_LENGTH + 4)]
    assert shown[:2] == [True, False]
    assert shown[QUEUE_LENGTH:] == [False] * 4


def test_a_missing_button_is_never_pressed(gpio: SimGpio, clock: ManualClock) -> None:
    buttons = Buttons(gpio, (-1, 6), clock)
    gpio.press(6)
    assert pressed(buttons) == (False, True)


def test_the_header_unplugged_and_back(gpio: SimGpio, clock: ManualClock) -> None:
    buttons = Buttons(gpio, (5,), clock)
    pressed(buttons)
    gpio.press(5)
    gpio.unplug()
    with pytest.raises(GpioUnavailableError, match="line 5"):
        buttons.read()
    gpio.release(5)
    gpio.plug()
    assert pressed(buttons) == (False,)
    gpio.press(5)
    clock.advance(POLL_S)
    assert pressed(buttons) == (True,)
    buttons.close()
    buttons.close()
    assert pressed(buttons) == (True,)
