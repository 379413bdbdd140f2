"""The registers of an ADS1115 with potentiometers at its four channels (datasheet SBAS444)."""

from __future__ import annotations

import time
from collections.abc import Callable

CHANNELS = 4
SUPPLY_V = 3.3
RATES_HZ = (8, 16, 32, 64, 128, 250, 475, 860)  # by bits 7..5 of the configuration
RANGES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)  # by bits 11..9
CONVERSION, CONFIG = 0, 1
CONFIG_AT_RESET = 0x8583
START = IDLE = 0x8000
POINTED = {CONVERSION: 0x0000, CONFIG: CONFIG_AT_RESET, 2: 0x8000, 3: 0x7FFF}


class Ads1115Chip:
    """Write and read transfers of one chip; conversions take the time that they take."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` tells the seconds by which conversions end."""
        self._now_s = now_s
        self._turns = [0.0] * CHANNELS
        self.is_stuck = False  # True: conversions never end
        self.power_cycle()

    def pot(self, channel: int, turn: float) -> None:
        """Turn the pot of a channel to 0..1 of the supply voltage."""
        self._turns[channel] = turn

    def power_cycle(self) -> None:
        """All registers as after a loss of power."""
        self._pointer = CONVERSION
        self._registers = dict(POINTED)
        self._done_s: float | None = None

    def write(self, data: bytes) -> None:
        """A write transfer: the pointer, then perhaps a register's two bytes."""
        self._pointer = data[0] & 3
        if len(data) >= 3 and self._pointer != CONVERSION:
            value = int.from_bytes(data[1:3], "big")
            if self._pointer == CONFIG and value & START:
                rate_hz = RATES_HZ[value >> 5 & 7]
                self._done_s = self._now_s() + 1 / rate_hz
            self._registers[self._pointer] = value

    def read(self, length: int) -> bytes:
        """A read transfer of the register pointed at."""
        self._finish()
        value = self._registers[self._pointer]
        if self._pointer == CONFIG:
            value = value & ~IDLE | (0 if self._done_s is not None else IDLE)
        return (value.to_bytes(2, "big") * length)[:length]

    def _finish(self) -> None:
        if self._done_s is None or self.is_stuck or self._now_s() < self._done_s:
            return
        self._done_s = None
        config = self._registers[CONFIG]
        volts = self._volts(config >> 12 & 7)
        counts = round(volts / RANGES_V[config >> 9 & 7] * 0x8000)
        self._registers[CONVERSION] = min(0x7FFF, max(-0x8000, counts)) & 0xFFFF

    def _volts(self, inputs: int) -> float:
        """What the multiplexer selects: a pair of channels, or one channel against ground."""
        turns = self._turns
        if inputs >= CHANNELS:
            return turns[inputs - CHANNELS] * SUPPLY_V
        plus, minus = ((0, 1), (0, 3), (1, 3), (2, 3))[inputs]
        return (turns[plus] - turns[minus]) * SUPPLY_V
