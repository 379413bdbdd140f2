"""GPIO lines whose switches a program turns: presses, bounces, detents and a plug to pull."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hardware.errors import GpioUnavailableError

CLOCKWISE = ((False, True), (False, False), (True, False), (True, True))  # A, B after each quarter


class SimGpio:
    """GpioLines with pull-ups: a line is high until something pulls it low.

    Edges are told at once, from the thread that uses the verb.
    """

    def __init__(self) -> None:
        self._low: set[int] = set()
        self._watched: set[int] = set()
        self._calls: dict[int, Callable[[bool], None]] = {}
        self._is_plugged = True
        self._lock = threading.RLock()
        self.driven: dict[int, bool] = {}  # outputs and their levels

    def press(self, line: int) -> None:
        """Close the switch between a line and ground."""
        self._set(line, level=False)

    def release(self, line: int) -> None:
        """Open the switch."""
        self._set(line, level=True)

    def bounce(self, line: int, times: int) -> None:
        """Let the contact leave its place and come back so many times."""
        before = line not in self._low
        for _ in range(times):
            self._set(line, not before)
            self._set(line, before)

    def turn(self, line_a: int, line_b: int, detents: int, quarters: int = 4) -> None:
        """Turn an encoder, clockwise for positive detents of so many quarter periods each."""
        for _ in range(abs(detents) * quarters):
            self._turn_quarter(line_a, line_b, 1 if detents > 0 else -1)

    def unplug(self) -> None:
        """Take the whole header away: every use fails."""
        with self._lock:
            self._is_plugged = False
            self._forget()

    def plug(self) -> None:
        """Put the header back; lines have to be watched again."""
        with self._lock:
            self._is_plugged = True

    def watch(self, line: int) -> None:
        """Make a line an input with pull-up."""
        with self._lock:
            self._check(line)
            self.driven.pop(line, None)
            self._watched.add(line)

    def level(self, line: int) -> bool:
        """True while a line is high."""
        with self._lock:
            self.watch(line)
            return line not in self._low

    def on_edge(self, line: int, call: Callable[[bool], None]) -> None:
        """Call with the new level whenever a line changes; replaces an earlier call."""
        with self._lock:
            self.watch(line)
            self._calls[line] = call

    def drive(self, line: int, level: bool) -> None:
        """Make a line an output of this level."""
        with self._lock:
            self._check(line)
            self._watched.discard(line)
            self._calls.pop(line, None)
            self.driven[line] = level

    def close(self) -> None:
        """Give all lines back; switches stay as they are."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._watched.clear()
        self._calls.clear()
        self.driven.clear()

    def _check(self, line: int) -> None:
        if not self._is_plugged:
            raise GpioUnavailableError(f"GPIO line {line} (BCM): the simulated header is unplugged")

    def _set(self, line: int, level: bool) -> None:
        with self._lock:
            if level == (line not in self._low):
                return
            (self._low.discard if level else self._low.add)(line)
            call = self._calls.get(line)
        if call is not None:
            call(level)

    def _turn_quarter(self, line_a: int, line_b: int, direction: int) -> None:
        now = line_a not in self._low, line_b not in self._low
        level_a, level_b = CLOCKWISE[(CLOCKWISE.index(now) + direction) % len(CLOCKWISE)]
        self._set(line_a, level_a)
        self._set(line_b, level_b)
