"""An I2C bus in memory, with faults as verbs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from random import Random
from threading import RLock

from hardware.errors import BusFaultError, ChipMissingError
from hardware.sim.chips import Chip
from hardware.sim.line_noise import LineNoise
from hardware.sim.transfers import Transfer, TransferLog


class SimI2CBus:
    """Implements interfaces.I2CBus over chip models by address (7 bits)."""

    def __init__(
        self, chips: Mapping[int, Chip] | None = None, path: str = "simulated bus"
    ) -> None:
        self._chips: dict[int, Chip] = dict(chips or {})
        self._path = path
        self._unplugged: set[int] = set()
        self._from_chip: defaultdict[int, LineNoise] = defaultdict(LineNoise)
        self._to_chip: defaultdict[int, LineNoise] = defaultdict(LineNoise)
        self._is_hung = False
        self._lock = RLock()
        self.transfers = TransferLog()

    # --- what happens to a bus ---

    def attach(self, address: int, chip: Chip) -> None:
        """Put a chip on the bus, or another one in its place."""
        with self._lock:
            self._chips[address] = chip
            self._unplugged.discard(address)

    def unplug(self, address: int) -> None:
        """Nothing acknowledges this address any more."""
        with self._lock:
            self._unplugged.add(address)

    def plug(self, address: int) -> None:
        """The chip of this address is there again, in the state that it had."""
        with self._lock:
            self._unplugged.discard(address)

    def corrupt_next(self, address: int, reads: int = 1) -> None:
        """One bit is wrong in each of the next reads from this chip."""
        with self._lock:
            self._from_chip[address].corrupt_next(reads)

    def corrupt_writes(self, address: int, writes: int = 1) -> None:
        """One bit is wrong in each of the next writes to this chip."""
        with self._lock:
            self._to_chip[address].corrupt_next(writes)

    def noise(self, address: int, probability: float, rng: Random | None = None) -> None:
        """In each read from this chip one bit is wrong with this probability, 0..1."""
        with self._lock:
            self._from_chip[address].set_probability(probability, rng)

    def hang(self) -> None:
        """A line is held low: no transfer gets through until release()."""
        with self._lock:
            self._is_hung = True

    def release(self) -> None:
        """Let go of the line that hang() holds."""
        with self._lock:
            self._is_hung = False

    def bus_time_s(self, rate_hz: float) -> float:
        """How long all transfers so far hold a bus of this clock rate."""
        return self.transfers.total_s(rate_hz)

    # --- interfaces.I2CBus ---

    def write(self, address: int, data: bytes) -> None:
        """One write transfer."""
        with self._lock:
            chip = self._start(address, len(data), 0)
            chip.write(self._to_chip[address].pass_through(data))

    def read(self, address: int, length: int) -> bytes:
        """One read transfer."""
        with self._lock:
            chip = self._start(address, 0, length)
            return self._from_chip[address].pass_through(chip.read(length))

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A write, then a read after a repeated start."""
        with self._lock:
            chip = self._start(address, len(data), length)
            chip.write(self._to_chip[address].pass_through(data))
            return self._from_chip[address].pass_through(chip.read(length))

    def close(self) -> None:
        """Nothing to give back."""

    def _start(self, address: int, written: int, read: int) -> Chip:
        if self._is_hung:
            raise BusFaultError(f"{self._path}, address {address:#04x}: a line is held low")
        chip = self._chips.get(address)
        if chip is None or address in self._unplugged:
            self.transfers.add(Transfer(address, 0, 0))  # the address is sent all the same
            raise ChipMissingError(f"{self._path}: no chip acknowledges address {address:#04x}")
        self.transfers.add(Transfer(address, written, read))
        return chip
