"""Taking turns on one bus: what must not wait goes first.

The panel is asked 200 times a second and must not be late; the display sends a kilobyte at a time
and does not care. Both get a view of the same bus. A transfer that has begun always ends; when it
does, a waiting urgent transfer is next, however long a patient one has been waiting. So an urgent
transfer waits for one patient transfer at most: users of the patient view keep theirs short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Condition

from hardware.interfaces import I2CBus


class BusTurns:
    """Two views of one bus, `urgent` and `patient`; each is an interfaces.I2CBus."""

    def __init__(self, bus: I2CBus) -> None:
        self._free = Condition()
        self._is_busy = False
        self._urgent_waiting = 0
        self.urgent: I2CBus = _View(bus, self._urgent_turn)
        self.patient: I2CBus = _View(bus, self._patient_turn)

    @contextmanager
    def _urgent_turn(self) -> Iterator[None]:
        with self._free:
            self._urgent_waiting += 1
            self._free.wait_for(lambda: not self._is_busy)
            self._urgent_waiting -= 1
            self._is_busy = True
        try:
            yield
        finally:
            self._end_turn()

    @contextmanager
    def _patient_turn(self) -> Iterator[None]:
        with self._free:
            self._free.wait_for(lambda: not self._is_busy and not self._urgent_waiting)
            self._is_busy = True
        try:
            yield
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        with self._free:
            self._is_busy = False
            self._free.notify_all()


class _View:
    """Implements interfaces.I2CBus: every transfer within a turn."""

    def __init__(self, bus: I2CBus, turn: Callable[[], AbstractContextManager[None]]) -> None:
        self._bus, self._turn = bus, turn

    def write(self, address: int, data: bytes) -> None:
        """One write transfer."""
        with self._turn():
            self._bus.write(address, data)

    def read(self, address: int, length: int) -> bytes:
        """One read transfer."""
        with self._turn():
            return self._bus.read(address, length)

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A write, then a read after a repeated start."""
        with self._turn():
            return self._bus.write_read(address, data, length)

    def close(self) -> None:
        """Give the bus back under both views; the next transfer of either opens it again."""
        with self._turn():
            self._bus.close()
