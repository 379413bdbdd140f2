"""A serial port whose other end is a program: bytes, noise and a plug to pull."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from hardware.errors import SerialUnavailableError


class SimSerial:
    """SerialPort with verbs; any thread may use either end."""

    def __init__(
        self, name: str = "simulated UART", wait: Callable[[float], object] | None = None
    ) -> None:
        """`wait` replaces waiting for bytes: a test lets its own clock go on."""
        self.name = name
        self._wait = wait
        self._changed = threading.Condition()
        self._incoming = bytearray()
        self._is_plugged = True
        self.written = bytearray()  # what the program under test has sent

    def send(self, data: bytes) -> None:
        """Let bytes arrive; into a port that is unplugged they are lost."""
        with self._changed:
            if self._is_plugged:
                self._incoming += data
                self._changed.notify_all()

    def noise(self, count: int, seed: int = 0) -> bytes:
        """Let random bytes arrive, as from a bad cable; returns them."""
        data = random.Random(seed).randbytes(count)
        self.send(data)
        return data

    def unplug(self) -> None:
        """Take the device away: what has not been read is lost, every use fails."""
        with self._changed:
            self._is_plugged = False
            self._incoming.clear()
            self._changed.notify_all()

    def plug(self) -> None:
        """Put the device back."""
        with self._changed:
            self._is_plugged = True
            self._changed.notify_all()

    def read(self, timeout_s: float) -> bytes:
        """What has come, waiting at most timeout_s for the first byte."""
        with self._changed:
            self._check()
            if not self._incoming:
                self._pass_time(timeout_s)
                self._check()
            data = bytes(self._incoming)
            self._incoming.clear()
            return data

    def write(self, data: bytes) -> None:
        """Keep what is sent in `written`."""
        with self._changed:
            self._check()
            self.written += data

    def close(self) -> None:
        """Nothing to give back."""

    def _pass_time(self, timeout_s: float) -> None:
        if self._wait is not None:
            self._wait(timeout_s)
        else:
            self._changed.wait_for(lambda: self._incoming or not self._is_plugged, timeout_s)

    def _check(self) -> None:
        if not self._is_plugged:
            raise SerialUnavailableError(f"serial port {self.name} went away: it was unplugged")
