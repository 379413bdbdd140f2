"""The simulated header: switches, edges, outputs, the plug."""

from __future__ import annotations

import pytest

from hardware.errors import GpioUnavailableError
from hardware.sim.sim_gpio import SimGpio


def test_pull_ups_presses_and_edges() -> None:
    gpio, heard = SimGpio(), list[bool]()
    gpio.on_edge(5, heard.append)
    assert gpio.level(5)
    gpio.press(5)
    gpio.press(5)
    assert not gpio.level(5)
    gpio.release(5)
    assert heard == [False, True]


def test_a_bounce_ends_where_it_began() -> None:
    gpio, heard = SimGpio(), list[bool]()
    gpio.on_edge(5, heard.append)
    gpio.press(5)
    gpio.bounce(5, 2)
    assert heard == [False, True, False, True, False]
    assert not gpio.level(5)


def test_a_detent_is_four_edges_of_which_a_leads_clockwise() -> None:
    gpio, heard = SimGpio(), list[str]()
    gpio.on_edge(1, lambda level: heard.append("1+" if level else "1-"))
    gpio.on_edge(2, lambda level: heard.append("2+" if level else "2-"))
    gpio.turn(1, 2, 1)
    assert heard == ["1-", "2-", "1+", "2+"]
    heard.clear()
    gpio.turn(1, 2, -1)
    assert heard == ["2-", "1-", "2+", "1+"]


def test_outputs_and_the_plug() -> None:
    gpio = SimGpio()
    gpio.drive(4, False)
    assert gpio.driven == {4: False}
    gpio.unplug()
    for use in (gpio.watch, gpio.level):
        with pytest.raises(GpioUnavailableError, match="line 4"):
            use(4)
    gpio.plug()
    assert gpio.driven == {}
    assert gpio.level(4)
