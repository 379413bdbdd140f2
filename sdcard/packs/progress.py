"""Tells how far an install is: bytes, MB/s and time left, on one line of a terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TextIO

_INTERVAL_S = 0.25
_LINE_INTERVAL_S = 10.0  # where lines cannot be written over, as in a log


class Progress:
    """Counts bytes from any thread and shows them now and then."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._out, self._clock = out, clock
        self._lock = threading.Lock()
        self._is_terminal = out.isatty()
        self._total = self._done = 0
        self._begin_s = self._shown_s = clock()

    def begin(self, total_bytes: int) -> None:
        """From now on, so many bytes are expected."""
        with self._lock:
            self._total, self._done = total_bytes, 0
            self._begin_s = self._shown_s = self._clock()

    def add(self, size_bytes: int) -> None:
        """So many more bytes are safe."""
        with self._lock:
            self._done += size_bytes
            interval_s = _INTERVAL_S if self._is_terminal else _LINE_INTERVAL_S
            if self._clock() - self._shown_s >= interval_s:
                self._shown_s = self._clock()
                self._show()

    def end(self) -> None:
        """Take the line away, so that the next one stands alone."""
        if self._is_terminal:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def line(self) -> str:
        """How far it is, in words."""
        passed_s = self._clock() - self._begin_s
        percent = 100 * self._done // max(1, self._total)
        text = f"{percent:3d} %  {self._done / 1e6:.1f} of {self._total / 1e6:.1f} MB"
        if not self._done or passed_s <= 0:
            return text
        rate = self._done / passed_s
        left_s = max(0, self._total - self._done) / rate
        return f"{text}  {rate / 1e6:.1f} MB/s  {_duration(left_s)} left"

    def _show(self) -> None:
        self._out.write(f"\r{self.line()}\x1b[K" if self._is_terminal else f"{self.line()}\n")
        self._out.flush()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
