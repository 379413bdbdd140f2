"""The simulated OLED at the top of a terminal, in Braille; text that others print goes below it.

The picture's lines are kept out of the terminal's scrolling region, so whatever is printed, by
whom ever, scrolls below them and cannot break the picture.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import TextIO

from hardware.sim.braille import COLUMNS, LINES, braille
from hardware.sim.instrument import SimInstrument

PERIOD_S = 0.1
FRAME_LINES, FRAME_COLUMNS = LINES + 2, COLUMNS + 2
LEAST_LINES = FRAME_LINES + 3  # some lines are left for text
# ECMA-48 and, of the VT100 and its heirs, DECSC, DECRC, DECSTBM and mode 25
SAVE, RESTORE = "\x1b7", "\x1b8"  # the cursor's place
PLACE, UP, DOWN, INSERT = "\x1b[{};1H", "\x1b[{}A", "\x1b[{}B", "\x1b[{}L"
SCROLL, SCROLL_ALL = "\x1b[{};{}r", "\x1b[r"
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class TerminalOled:
    """A worker that draws the picture again whenever it has changed."""

    name = "terminal"

    def __init__(
        self,
        instrument: SimInstrument,
        screen: TextIO,
        size: Callable[[], os.terminal_size] = shutil.get_terminal_size,
    ) -> None:
        self._instrument, self._screen, self._size = instrument, screen, size
        self._known_size: os.terminal_size | None = None
        self._is_laid_out = False
        self._shown: list[str] = []  # lines

    def step(self, now_s: float) -> float:
        """Look once."""
        size = self._size()
        if size != self._known_size:
            self._fit(size)
        if self._is_laid_out:
            self._draw(_framed(self._instrument.picture()))
        return now_s + PERIOD_S

    def close(self) -> None:
        """Leave the last picture where it is, and let the terminal scroll as it did."""
        if self._is_laid_out:
            self._put(SAVE + SCROLL_ALL + RESTORE + SHOW)
            self._is_laid_out = False

    def _fit(self, size: os.terminal_size) -> None:
        was_laid_out, self._known_size, self._shown = self._is_laid_out, size, []
        if size.lines < LEAST_LINES or size.columns < FRAME_COLUMNS:
            self.close()
            self._put(f"no picture: it wants {FRAME_COLUMNS} x {LEAST_LINES} characters\n")
            return
        self._is_laid_out = True
        if was_laid_out:  # a terminal of another size scrolls all of itself
            self._put(self._region(size) + PLACE.format(size.lines))
        else:
            self._put(_room() + self._region(size) + HIDE)

    @staticmethod
    def _region(size: os.terminal_size) -> str:
        return SAVE + SCROLL.format(FRAME_LINES + 1, size.lines) + RESTORE

    def _draw(self, lines: list[str]) -> None:
        before = self._shown or [""] * len(lines)
        changed = [
            PLACE.format(number) + line
            for number, (line, old) in enumerate(zip(lines, before, strict=True), 1)
            if line != old
        ]
        if changed:
            self._put(SAVE + "".join(changed) + RESTORE)
            self._shown = lines

    def _put(self, text: str) -> None:
        self._screen.write(text)  # at once: what other threads print does not get in between
        self._screen.flush()


def _room() -> str:
    """Moves what the screen shows down by the picture's height; what has no room scrolls up."""
    below = "\n" * FRAME_LINES + UP.format(FRAME_LINES)
    above = SAVE + PLACE.format(1) + INSERT.format(FRAME_LINES) + RESTORE
    return below + above + DOWN.format(FRAME_LINES)


def _framed(picture: bytes) -> list[str]:
    edge = "─" * COLUMNS
    return [f"╭{edge}╮", *(f"│{line}│" for line in braille(picture)), f"╰{edge}╯"]
