"""How long I2C transfers hold the bus: counted in clock periods, as the wires see them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

LOG_LENGTH = 4096
BITS_PER_BYTE = 9  # eight and the acknowledge bit
BITS_AROUND = 2  # the start condition (or a repeated one) and the stop condition


@dataclass(frozen=True)
class Transfer:
    """One transfer, from its start condition to its stop condition."""

    address: int  # 7 bits
    written: int  # bytes after the address
    read: int

    @property
    def bits(self) -> int:
        """Clock periods of address, data and acknowledge bits and of the conditions around."""
        parts = int(self.written > 0 or self.read == 0) + int(self.read > 0)
        return BITS_AROUND * parts + BITS_PER_BYTE * (parts + self.written + self.read)

    def time_s(self, rate_hz: float) -> float:
        """How long it holds a bus of this clock rate."""
        return self.bits / rate_hz


class TransferLog:
    """The latest transfers, and the time that all of them took."""

    def __init__(self) -> None:
        self.latest: deque[Transfer] = deque(maxlen=LOG_LENGTH)
        self.bits = 0  # of all transfers
        self.count = 0

    def add(self, transfer: Transfer) -> None:
        """Count one more."""
        self.latest.append(transfer)
        self.bits += transfer.bits
        self.count += 1

    def clear(self) -> None:
        """Begin afresh."""
        self.latest.clear()
        self.bits = self.count = 0

    def total_s(self, rate_hz: float) -> float:
        """How long all transfers hold a bus of this clock rate."""
        return self.bits / rate_hz

    def longest_s(self, rate_hz: float) -> float:
        """How long the longest of the latest transfers does: others on the bus wait that long."""
        return max((transfer.time_s(rate_hz) for transfer in self.latest), default=0.0)
