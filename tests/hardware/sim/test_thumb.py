"""The thumb that holds a button at the start."""

from __future__ import annotations

from hardware.sim.instrument import SimInstrument
from hardware.sim.thumb import HOLD_S, Thumb


def test_it_holds_from_the_start_and_lets_go_once() -> None:
    simulator = SimInstrument()
    line = simulator.config.button_lines[2]
    thumb = Thumb(lambda: simulator.press(2), lambda: simulator.release(2))
    assert not simulator.gpio.level(line)
    assert thumb.step(50.0) == 50.0 + HOLD_S
    assert thumb.step(50.0 + HOLD_S / 2) == 50.0 + HOLD_S
    assert not simulator.gpio.level(line)
    thumb.step(50.0 + HOLD_S)
    assert simulator.gpio.level(line)
    simulator.press(2)
    thumb.step(60.0)
    assert not simulator.gpio.level(line)
    thumb.close()
