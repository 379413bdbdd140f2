"""Holding a patch button at the start: the real driver on simulated lines, and time by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from device.safe_button import HELD_S, held_button
from hardware.buttons import Buttons
from hardware.interfaces import Controls
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_gpio import SimGpio

LINES = (5, 6, 13, 26)


class Bench:
    """Four buttons; `at` says what happens to them after so many seconds."""

    def __init__(self) -> None:
        self.clock, self.gpio = ManualClock(), SimGpio()
        self.begin_s = self.clock.now_s()
        self.at: list[tuple[float, Callable[[], None]]] = []

    @property
    def passed_s(self) -> float:
        return self.clock.now_s() - self.begin_s

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        while self.at and self.at[0][0] <= self.passed_s:
            self.at.pop(0)[1]()

    def held(self, *more: Controls) -> int | None:
        buttons = Buttons(self.gpio, LINES, self.clock)
        return held_button([*more, buttons], self.clock.now_s, self.wait)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("button", range(4))
def test_a_button_that_is_held_is_found(bench: Bench, button: int) -> None:
    bench.gpio.press(LINES[button])
    assert bench.held() == button
    assert bench.passed_s >= HELD_S


def test_without_a_hand_no_time_is_lost(bench: Bench) -> None:
    assert bench.held() is None
    assert bench.passed_s == 0


def test_a_line_that_rises_slowly_is_no_hand(bench: Bench) -> None:
    for line in LINES:
        bench.gpio.press(line)
    bench.at = [
        (0.02 * (n + 1), lambda line=line: bench.gpio.release(line)) for n, line in enumerate(LINES)
    ]
    assert bench.held() is None
    assert bench.passed_s < HELD_S


def test_a_click_is_not_enough(bench: Bench) -> None:
    bench.gpio.press(LINES[2])
    bench.at = [(HELD_S / 2, lambda: bench.gpio.release(LINES[2]))]
    assert bench.held() is None


def test_a_button_that_comes_later_does_not_count(bench: Bench) -> None:
    bench.gpio.press(LINES[0])
    bench.at = [
        (HELD_S / 3, lambda: bench.gpio.press(LINES[1])),
        (HELD_S / 2, lambda: bench.gpio.release(LINES[0])),
    ]
    assert bench.held() is None


def test_buttons_that_do_not_answer_are_not_held(bench: Bench) -> None:
    bench.gpio.unplug()
    assert bench.held() is None


def test_a_board_may_have_no_buttons() -> None:
    assert held_button([], lambda: 0.0, lambda seconds: None) is None
