"""One line that says how far a long job is and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

Listener = Callable[[str], None]
"""Told each line that is shown, and others in between."""

TERMINAL_EVERY_S = 0.2
LOG_EVERY_S = 5.0


@dataclass
class Progress:
    """Counts steps: rewrites its line on a terminal, writes a line every 5 s elsewhere."""

    total: int
    unit: str
    stream: TextIO
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    listener: Listener | None = None
    _begin_s: float = field(init=False)
    _first_s: float = field(init=False)
    _shown_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._begin_s = self._first_s = self._shown_s = self.clock()

    def step(self) -> None:
        """Another one is done."""
        self.done += 1
        now_s = self.clock()
        if self.done == 1:
            self._first_s = now_s
        every_s = TERMINAL_EVERY_S if self.stream.isatty() else LOG_EVERY_S
        if now_s - self._shown_s >= every_s:
            self._shown_s = now_s
            self._show(self.line(now_s), final=False)

    def finish(self) -> None:
        """The last line, with the time it took."""
        taken_s = max(1e-9, self.clock() - self._begin_s)
        rate = self.done / taken_s
        words = f"{self.done} {self.unit} in {duration(taken_s)}, {rate:.1f} per second"
        self._show(words, final=True)

    def line(self, now_s: float) -> str:
        """How far, how fast since the first was done (processes start slowly), the time left."""
        rate = max(0, self.done - 1) / max(1e-9, now_s - self._first_s)
        left = duration((self.total - self.done) / rate) if rate > 0 else "?"
        percent = 100 * self.done // max(1, self.total)
        return f"{percent:3d} %  {self.done}/{self.total} {self.unit}, {rate:.1f}/s, {left} left"

    def _show(self, words: str, final: bool) -> None:
        if self.listener is not None:
            self.listener(words)
        _write(self.stream, words, final)


@dataclass
class LiveLine:
    """A line whose words somebody else finds: shown as often as that of Progress."""

    stream: TextIO
    clock: Callable[[], float] = time.monotonic
    listener: Listener | None = None
    _shown_s: float = float("-inf")

    def tell(self, words: str) -> None:
        """So it stands now."""
        if self.listener is not None:
            self.listener(words)
        every_s = TERMINAL_EVERY_S if self.stream.isatty() else LOG_EVERY_S
        if self.clock() - self._shown_s >= every_s:
            self._shown_s = self.clock()
            _write(self.stream, words, final=False)

    def finish(self, words: str) -> None:
        """The last line."""
        _write(self.stream, words, final=True)


def _write(stream: TextIO, words: str, final: bool) -> None:
    if stream.isatty():
        words = f"\r\x1b[K{words}" + ("\n" if final else "")
    else:
        words += "\n"
    stream.write(words)
    stream.flush()


def duration(seconds: float) -> str:
    """Seconds as people say them: 42 s, 3 min 05 s, 2 h 07 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
