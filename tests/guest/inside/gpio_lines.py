"""GPIO lines, buttons and encoders through RPi.GPIO on a kernel GPIO chip (gpio-sim)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from header import Header
from waiting import wait_for

from hardware.buttons import STABLE_S, Buttons
from hardware.clock import SystemClock
from hardware.errors import GpioUnavailableError
from hardware.gpio import PiGpio
from hardware.gpio_encoder import GpioEncoders

BUTTONS = (5, 6, 13, 26)
RESET, ENCODER_A, ENCODER_B = 4, 17, 27
TAKE_AND_WAIT = """
import lgpio, sys
chip = lgpio.gpiochip_open(0)
lgpio.gpio_claim_input(chip, int(sys.argv[1]))
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def gpio(header: Header) -> Iterator[PiGpio]:
    for line in (*BUTTONS, ENCODER_A, ENCODER_B):
        header.pull(line, high=False)  # so that only the drivers' own pull-ups make them high
    opened = PiGpio()
    yield opened
    opened.close()


def test_a_watched_line_is_pulled_up_and_follows_the_switch(gpio: PiGpio, header: Header) -> None:
    gpio.watch(5)
    assert gpio.level(5)
    header.pull(5, high=False)
    assert not gpio.level(5)
    header.pull(5, high=True)
    assert gpio.level(5)


def test_both_edges_are_told(gpio: PiGpio, header: Header) -> None:
    heard: list[bool] = []
    gpio.on_edge(6, heard.append)
    for count in range(6):
        header.pull(6, high=count % 2 == 1)
        wait_for(f"edge {count}", partial(_is_longer, heard, count))
    assert heard == [False, True] * 3


def _is_longer(heard: list[bool], count: int) -> bool:
    return len(heard) > count


def test_a_later_listener_replaces_the_earlier(gpio: PiGpio, header: Header) -> None:
    first: list[bool] = []
    second: list[bool] = []
    gpio.on_edge(6, first.append)
    gpio.on_edge(6, second.append)
    header.pull(6, high=False)
    wait_for("the edge", lambda: second)
    assert (first, second) == ([], [False])


def test_a_driven_line_is_what_it_was_told(gpio: PiGpio, header: Header) -> None:
    for level in (False, True, False):
        gpio.drive(RESET, level)
        assert header.is_high(RESET) == level


def test_a_line_that_another_program_has(gpio: PiGpio) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", TAKE_AND_WAIT, "13"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        with pytest.raises(GpioUnavailableError, match=r"line 13 .*busy.*gpioinfo"):
            gpio.watch(13)
        other.communicate()
    assert gpio.level(13)


def test_lines_given_back_can_be_taken_again(gpio: PiGpio, header: Header) -> None:
    assert gpio.level(26)
    gpio.close()
    taken = PiGpio()
    heard: list[bool] = []
    taken.on_edge(26, heard.append)
    header.pull(26, high=False)
    wait_for("the edge", lambda: heard)
    taken.close()


def test_every_button_is_told_apart(gpio: PiGpio, header: Header) -> None:
    buttons = Buttons(gpio, BUTTONS, SystemClock())
    wait_for("no button", lambda: buttons.read().buttons == (False,) * 4)
    for index, line in enumerate(BUTTONS):
        only_this = tuple(other == index for other in range(4))
        header.pull(line, high=False)
        wait_for(f"button {index} down", partial(_reads, buttons, only_this))
        header.pull(line, high=True)
        wait_for(f"button {index} up", partial(_reads, buttons, (False,) * 4))


def _reads(buttons: Buttons, expected: tuple[bool, ...]) -> bool:
    return buttons.read().buttons == expected


def test_a_click_between_two_reads_is_kept(gpio: PiGpio, header: Header) -> None:
    lines = Telling(gpio)
    buttons = Buttons(lines, BUTTONS, SystemClock())
    buttons.read()
    header.pull(5, high=False)
    wait_for("the press", lambda: lines.told == [False])
    wait_until_settled()
    header.pull(5, high=True)
    wait_for("the release", lambda: lines.told == [False, True])
    wait_until_settled()
    shown = [(buttons.read().buttons or ())[0] for _ in range(3)]
    assert shown == [True, False, False]


def wait_until_settled() -> None:
    """As long as a contact has to hold before it counts."""
    clock = SystemClock()
    until_s = clock.now_s() + STABLE_S
    wait_for("a contact to settle", lambda: clock.now_s() > until_s)


class Telling:
    """The same lines; also keeps what was told of edges, once it has been dealt with."""

    def __init__(self, gpio: PiGpio) -> None:
        self.told: list[bool] = []
        self._gpio = gpio
        self.watch, self.level, self.drive, self.close = (
            gpio.watch, gpio.level, gpio.drive, gpio.close,
        )  # fmt: skip

    def on_edge(self, line: int, call: Callable[[bool], None]) -> None:
        def tell(level: bool) -> None:
            call(level)
            self.told.append(level)

        self._gpio.on_edge(line, tell)


def test_an_encoder_counts_detents_both_ways(gpio: PiGpio, header: Header) -> None:
    encoders = GpioEncoders(gpio, (ENCODER_A, ENCODER_B))
    assert encoders.read().encoders == (0,)
    clockwise = [(False, True), (False, False), (True, False), (True, True)]
    for detent in range(1, 4):
        _turn(encoders, header, clockwise)
        assert encoders.read().encoders == (detent,)
    _turn(encoders, header, [*reversed(clockwise[:-1]), (True, True)])
    assert encoders.read().encoders == (2,)


def _turn(encoders: GpioEncoders, header: Header, states: list[tuple[bool, bool]]) -> None:
    for a, b in states:
        header.pull(ENCODER_A, high=a)
        header.pull(ENCODER_B, high=b)
        encoders.read()  # looks at the levels, so an edge that comes late changes nothing
