"""Guesses which rows a live player needs next: cells near the finger, pitches near the hands.

Any other note starts from the heads that the loader keeps, so it need not be guessed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from device.grid import Grid
from device.rows import RowKey

RECENT_PITCHES = 12
REACH_CELLS = 2  # a quick finger crosses a cell of a 9x9 grid in about 30 ms


class Lookahead:
    """Remembers what was played lately and lists rows to decode, the most urgent first."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._recent: deque[int] = deque(maxlen=RECENT_PITCHES)  # the latest first
        self._here: frozenset[str] = frozenset()

    def played(self, pitch: int) -> bool:
        """A note of this stored pitch was played; True if that changes what is needed next."""
        known = pitch in self._recent
        if known:
            self._recent.remove(pitch)
        self._recent.appendleft(pitch)
        return not known

    def moved(self, x: float, y: float) -> bool:
        """The finger is at (x, y) now; True if that changes what is needed next."""
        before = self._here
        self._here = frozenset(name for name, _ in self._grid.at(x, y))
        return self._here != before

    def use(self, grid: Grid) -> None:
        """Another pad is played now."""
        self._grid, self._here = grid, frozenset()

    def wishes(self, x: float, y: float) -> Iterator[RowKey]:
        """Rows to decode at recent pitches: the cells that sound, then their surroundings."""
        sounding = sorted(self._grid.at(x, y), key=lambda item: -item[1])
        here = [name for name, _ in sounding]
        near = [name for name in self._grid.around(x, y, REACH_CELLS) if name not in here]
        yield from ((cell, pitch) for pitch in self._recent for cell in here)
        yield from ((cell, pitch) for cell in near for pitch in self._recent)
