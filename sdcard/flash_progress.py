"""Shows how far the flashing has come: a bar, the speed, the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from sdcard.disk_checks import size_text

BAR = 24  # characters
PERIOD_S = 0.2  # between two pictures on a terminal
LOG_PERIOD_S = 5.0  # between two lines of a log


class ProgressBar:
    """A flash.Progress: one line that changes, or lines from time to time where that cannot be."""

    def __init__(self, output: TextIO, now_s: Callable[[], float] = time.monotonic) -> None:
        self._output, self._now_s = output, now_s
        self._is_live = output.isatty()
        self._stage, self._start_s, self._next_s = "", 0.0, 0.0
        self._unseen = ""  # the latest line, not shown yet
        self._is_open = False  # the line on the terminal

    def __call__(self, stage: str, done: int, fraction: float) -> None:
        """Show it when it is time."""
        now_s = self._now_s()
        if stage != self._stage:
            self.end()
            self._stage, self._start_s, self._next_s = stage, now_s, now_s
        self._unseen = progress_line(stage, done, fraction, now_s - self._start_s)
        if now_s >= self._next_s:
            self._next_s = now_s + (PERIOD_S if self._is_live else LOG_PERIOD_S)
            self._show()

    def end(self) -> None:
        """Show how far it came; what follows begins a new line."""
        if self._unseen:
            self._show()
        if self._is_open:
            self._output.write("\n")
            self._is_open = False

    def _show(self) -> None:
        line, self._unseen = self._unseen, ""
        self._output.write(f"\r{line}\x1b[K" if self._is_live else f"{line}\n")
        self._output.flush()
        self._is_open = self._is_live


def progress_line(stage: str, done: int, fraction: float, passed_s: float) -> str:
    """Like: writing   [############------------]  50%  1.2 GB  21.3 MB/s  0:35 left."""
    filled = round(BAR * min(1.0, fraction))
    bar = "#" * filled + "-" * (BAR - filled)
    line = f"{stage:9} [{bar}] {fraction:4.0%}  {size_text(done)}"
    if passed_s > 0:
        line += f"  {done / passed_s / 1e6:.1f} MB/s"
        if 0 < fraction < 1:
            line += f"  {clock_text(passed_s / fraction - passed_s)} left"
    return line


def clock_text(seconds: float) -> str:
    """Minutes and seconds, 1:05; from an hour on with hours, 1:00:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
