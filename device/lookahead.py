"""Guesses which rows a live player needs next: cells near the finger, pitches near the hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from device.grid import Grid
from device.rows import RowKey

RECENT_PITCHES = 12
REACH_CELLS = 2  # a quick finger crosses a cell of a 9x9 grid in about 30 ms


class Lookahead:
    """Remembers what was played lately and lists rows to decode, the most urgent first."""

    def __init__(self, grid: Grid, pitches: Sequence[int]) -> None:
        self._grid = grid
        self._pitches = tuple(pitches)
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

    def wishes(self, x: float, y: float) -> Iterator[RowKey]:
        """Rows to decode, in four steps.

        The cells that sound, at recent pitches; the strongest of them at every other pitch, so that
        no new note has to wait; the surroundings, at recent pitches; the rest of the other pitches.
        """
        sounding = sorted(self._grid.at(x, y), key=lambda item: -item[1])
        here = [name for name, _ in sounding]
        near = [name for name in self._grid.around(x, y, REACH_CELLS) if name not in here]
        others = [pitch for pitch in self._pitches if pitch not in self._recent]
        yield from ((cell, pitch) for pitch in self._recent for cell in here)
        yield from ((here[0], pitch) for pitch in others)
        yield from ((cell, pitch) for cell in near for pitch in self._recent)
        yield from ((cell, pitch) for pitch in others for cell in here[1:])
