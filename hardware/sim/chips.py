"""What a simulated I2C chip is to the bus that it sits on."""

from __future__ import annotations

from typing import Protocol


class Chip(Protocol):
    """A chip at register level: it sees transfers, never the drivers that make them."""

    def write(self, data: bytes) -> None:
        """The bytes of one write transfer, after the address."""
        ...

    def read(self, length: int) -> bytes:
        """What a read transfer of this many bytes gets."""
        ...
