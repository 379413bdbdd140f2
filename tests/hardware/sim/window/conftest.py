"""Fixtures of the window's tests: an instrument, hands on it, and what its drivers feel."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hardware.interfaces import Readings
from hardware.panel import Panel
from hardware.sim.instrument import SimInstrument
from hardware.sim.window.hands import Hands
from hardware.sim.window.keys import Keys
from hardware.sim.window.mouse import Mouse


@dataclass
class Stage:
    """Both hands at one instrument."""

    instrument: SimInstrument
    hands: Hands
    mouse: Mouse
    keys: Keys

    @property
    def panel(self) -> Readings:
        return Panel(self.instrument.i2c, self.instrument.config.panel_address).read()

    @property
    def place(self) -> tuple[int, int] | None:
        """The pad that is touched."""
        touch = self.panel.touch
        return None if touch is None else (round(touch.x * 10), round(touch.y * 10))

    @property
    def pressed(self) -> list[int]:
        """The patch buttons that are down."""
        lines = self.instrument.config.button_lines
        return [i for i, line in enumerate(lines) if not self.instrument.gpio.level(line)]

    def heard(self) -> list[bytes]:
        """Messages of three bytes that came to the DIN socket since the last time."""
        data = self.instrument.din.read(0)
        return [data[start : start + 3] for start in range(0, len(data), 3)]


@pytest.fixture
def stage() -> Stage:
    instrument = SimInstrument(wait=lambda seconds: None)
    hands = Hands(instrument)
    return Stage(instrument, hands, Mouse(hands), Keys(hands))
