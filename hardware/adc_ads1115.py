"""Potentiometers at one or two ADS1115 converters, four channels each.

Registers are those of Texas Instruments' datasheet SBAS444. A conversion takes 1/860 s = 1.2 ms;
nobody waits for it: each read collects what has been converted since the last and starts the next
channel. Polled at 200 Hz, four channels are each renewed every 20 ms.
"""

from __future__ import annotations

from collections.abc import Sequence

from hardware.errors import BusFaultError, ChipMismatchError, HardwareError
from hardware.interfaces import I2CBus, Readings

ADDRESSES = (0x48, 0x49)
POTS = 6
CHANNELS = 4  # of a chip
REG_CONVERSION, REG_CONFIG = 0, 1
IDLE = 0x8000  # when read; when written: start
SINGLE_ENDED = 0x4000  # plus the channel, from bit 12
RANGE_V = 4.096
REST = 0x0200 | 0x0100 | 0x00E0 | 0x0003  # +-4.096 V, one conversion, 860 per second, no alert
FULL_SCALE_V = 3.3  # at the upper end of a pot
BUSY_READS = 200  # a second of polls: no conversion takes that long


class _Converter:
    """One chip: goes round its channels, one conversion at a time."""

    def __init__(self, bus: I2CBus, address: int, channels: int) -> None:
        self._bus, self._address = bus, address
        self._channel, self._channels = 0, channels
        self._started = 0  # what was written to start the running conversion, 0: none runs
        self._busy_reads = 0
        self.counts: list[int | None] = [None] * channels

    def step(self) -> None:
        """Collect a finished conversion and start the next."""
        if self._started:
            config = self._register(REG_CONFIG)
            if (config ^ self._started) & ~IDLE:
                raise ChipMismatchError(
                    f"pots: the chip at 0x{self._address:02x} does not keep what an ADS1115 keeps "
                    f"(config 0x{config:04x}, written 0x{self._started:04x}), or it lost power"
                )
            if not config & IDLE:
                self._wait()
                return
            self._collect()
        self._start()

    def forget(self) -> None:
        """Begin afresh: nothing runs and nothing has been measured."""
        self._started = self._channel = self._busy_reads = 0
        self.counts = [None] * self._channels

    def _start(self) -> None:
        self._started = IDLE | SINGLE_ENDED | self._channel << 12 | REST
        data = bytes([REG_CONFIG]) + self._started.to_bytes(2, "big")
        self._bus.write(self._address, data)
        self._busy_reads = 0

    def _collect(self) -> None:
        value = self._register(REG_CONVERSION)
        self.counts[self._channel] = value - 0x10000 if value & 0x8000 else value
        self._channel = (self._channel + 1) % self._channels

    def _wait(self) -> None:
        self._busy_reads += 1
        if self._busy_reads >= BUSY_READS:
            raise BusFaultError(
                f"pots: the ADS1115 at 0x{self._address:02x} does not finish a conversion"
            )

    def _register(self, register: int) -> int:
        data = self._bus.write_read(self._address, bytes([register]), 2)
        return int.from_bytes(data, "big")


class Ads1115Pots:
    """Controls "pots": 0..1 each, linear in the wiper's voltage and not smoothed."""

    name = "pots"

    def __init__(
        self,
        bus: I2CBus,
        addresses: Sequence[int] = ADDRESSES,
        full_scale_v: float = FULL_SCALE_V,
    ) -> None:
        """Pots 0..3 are at the first address and 4..5 at the second, in order of channels.

        The bus may be shared: whoever made it closes it.
        """
        self._full_scale = full_scale_v / RANGE_V * 0x8000  # in counts
        self._converters = [
            _Converter(bus, address, min(CHANNELS, POTS - CHANNELS * index))
            for index, address in enumerate(addresses[: -(-POTS // CHANNELS)])
        ]

    def read(self) -> Readings:
        """Where the pots stand; none until each has been measured once.

        One step in 0.125 mV of noise and of a loose full scale is passed on as it is. Raises a
        HardwareError leaf naming address and cause.
        """
        try:
            for converter in self._converters:
                converter.step()
        except HardwareError:
            self.close()
            raise
        counts = [count for converter in self._converters for count in converter.counts]
        pots = tuple(self._turn(count) for count in counts if count is not None)
        return Readings(pots=pots if len(pots) == len(counts) else None)

    def close(self) -> None:
        """Begin afresh at the next read."""
        for converter in self._converters:
            converter.forget()

    def _turn(self, count: int) -> float:
        return min(1.0, max(0.0, count / self._full_scale))
