"""The front of a simulated instrument without the STM32: touch chips, converters, contacts."""

from __future__ import annotations

from collections.abc import Callable

from hardware.config import ENCODER_STEPS, BoardConfig
from hardware.panel import TOUCH_STEPS
from hardware.sim.ads1115_chip import CHANNELS, Ads1115Chip
from hardware.sim.at42qt2120_chip import At42qt2120Chip
from hardware.sim.front import Front
from hardware.sim.mpr121_chip import COLUMNS, Mpr121Chip
from hardware.sim.sim_bus import SimI2CBus
from hardware.sim.sim_gpio import SimGpio
from hardware.touch_at42qt2120 import ADDRESS as AT42QT2120_ADDRESS
from hardware.touch_mpr121 import ADDRESS as MPR121_ADDRESS

Buses = Callable[[int], SimI2CBus]


class GpioFront(Front):
    """What the configuration leaves out is not there: moving it does nothing."""

    def __init__(
        self, config: BoardConfig, buses: Buses, gpio: SimGpio, now_s: Callable[[], float]
    ) -> None:
        """`now_s` times the converters."""
        super().__init__()
        self._gpio, self._lines = gpio, config.encoder_lines
        self._quarters = ENCODER_STEPS[config.encoder_steps]
        self._direction = -1 if config.encoder_reversed else 1
        self._grid: Mpr121Chip | None = None
        self._strips: list[At42qt2120Chip] = []  # of x and of y
        if config.touch_chip == "mpr121":
            self._add_grid(buses(config.touch_buses[0]), config.touch_address or MPR121_ADDRESS)
        elif config.touch_chip == "at42qt2120":
            for number in (config.touch_buses[0], config.touch_buses[-1]):
                self._add_strip(buses(number), config.touch_address or AT42QT2120_ADDRESS)
        self._converters = [Ads1115Chip(now_s) for _ in config.adc_addresses]
        for address, chip in zip(config.adc_addresses, self._converters, strict=True):
            self._wire(buses(config.i2c_bus), address, chip, chip.power_cycle)

    def touch(self, column: int, row: int) -> None:
        """An MPR121 has six electrodes for eleven columns: every other one is between two."""
        if self._grid is not None:
            scale = (COLUMNS - 1) / (TOUCH_STEPS - 1)
            self._grid.touch(column * scale, row * scale)
        for strip, pad in zip(self._strips, (column, row), strict=False):
            strip.touch(pad)

    def lift(self) -> None:
        """Nothing is felt."""
        if self._grid is not None:
            self._grid.lift()
        for strip in self._strips:
            strip.lift()

    def turn(self, corner: int, steps: int) -> None:
        """Contacts close and open."""
        pair = self._lines[2 * corner : 2 * corner + 2]
        if len(pair) == 2:
            self._gpio.turn(pair[0], pair[1], self._direction * steps, self._quarters)

    def pot(self, pot: int, turn: float) -> None:
        """A voltage at a channel changes."""
        chip, channel = divmod(pot, CHANNELS)
        if chip < len(self._converters):
            self._converters[chip].pot(channel, turn)

    def _add_grid(self, bus: SimI2CBus, address: int) -> None:
        self._grid = Mpr121Chip()
        self._wire(bus, address, self._grid, self._grid.power_cycle)

    def _add_strip(self, bus: SimI2CBus, address: int) -> None:
        self._strips.append(At42qt2120Chip())
        self._wire(bus, address, self._strips[-1], self._strips[-1].power_cycle)
