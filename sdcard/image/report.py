"""Tells what is being done to an image, and how far it has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from sdcard.flash_progress import ProgressBar

Progress = Callable[[int, float], None]
"""Told the bytes that are done, and their fraction 0..1."""


class Report:
    """Lines of text with the seconds since it was made; a bar for what takes long."""

    def __init__(self, output: TextIO, now_s: Callable[[], float] = time.monotonic) -> None:
        self._output, self._now_s = output, now_s
        self._bar = ProgressBar(output, now_s)
        self._start_s = now_s()

    @property
    def passed_s(self) -> float:
        """Seconds since it was made."""
        return self._now_s() - self._start_s

    def step(self, text: str) -> None:
        """What begins now."""
        self.text(f"{self.passed_s:6.1f} s  {text}")

    def text(self, text: str) -> None:
        """Some lines as they are."""
        self.end()
        print(text, file=self._output, flush=True)

    def end(self) -> None:
        """What others print from now on begins a new line."""
        self._bar.end()

    def progress(self, stage: str) -> Progress:
        """A bar for a stage of not more than nine letters."""
        return lambda done, fraction: self._bar(stage, done, fraction)
