"""What the loader does next: earliest deadline first, then what may come in handy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from device.loader.cells import CellTable, HeadsReading
from device.loader.filling import Filling
from device.loader.pad import PadOpening
from device.pack.errors import PackError
from device.rows import PadState, RowKey

FrameClock = Callable[[], int]
"""Tells how many output frames have been rendered."""


class Agenda:
    """Rows to fill and heads to read, for one thread at a time; does nothing itself.

    A deadline is an output frame: when a voice reaches the first sample that is not ready, or a
    little after a sounding note or a new pad asked. Work without a deadline comes last: rows whose
    voices have gone, then the wishes in their order.
    """

    def __init__(self, cells: CellTable, rate_hz: int, clock: FrameClock) -> None:
        self._cells, self._rate_hz, self._clock = cells, rate_hz, clock
        self._fillings: dict[RowKey, Filling] = {}
        self._wishes: list[RowKey] = []  # the most urgent last
        self._reading: HeadsReading | None = None
        self._pad: PadOpening | None = None
        self._playable: PadOpening | None = None  # the latest that was OPEN
        self.refused_cells: set[str] = set()
        self.now = 0  # the latest output frame that anybody told

    def filling(self, key: RowKey, *, is_wish: bool = False) -> Filling:
        """The work on a row, begun now if need be."""
        if key not in self._fillings:
            self._fillings[key] = Filling(key, is_wish=is_wish)
        return self._fillings[key]

    def find(self, key: RowKey) -> Filling | None:
        """The work on a row if there is any."""
        return self._fillings.get(key)

    def finish(self, filling: Filling) -> None:
        """Nothing more is to be done on it."""
        if self._fillings.get(filling.key) is filling:
            del self._fillings[filling.key]

    def wish(self, keys: Iterable[RowKey]) -> None:
        """Fill these, the first one first, when there is nothing urgent; forget earlier wishes."""
        self._wishes = list(keys)[::-1]

    def open_pad(self, cells: Sequence[str], first: int, frame: int) -> None:
        """Read the heads of these cells; an earlier pad that was not yet open is given up."""
        self.refused_cells.clear()
        self._pad = PadOpening(cells, first, frame)
        self._pin()

    def pad_state(self) -> PadState:
        """Of the latest pad; before the first it is OPENING."""
        if self._pad is None:
            return PadState.OPENING
        state = self._pad.state(self._cells)
        if state is PadState.OPEN and self._playable is not self._pad:
            self._playable = self._pad
            self._pin()
        return state

    def pad_error(self) -> PackError | None:
        """Why the latest pad FAILED."""
        return None if self._pad is None else self._pad.error

    def reorder(self, cells: Sequence[str]) -> None:
        """The finger is elsewhere: the heads that are still to come are wanted in this order."""
        if self._pad is not None:
            self._pad.reorder(cells)

    def refuse_cell(self, name: str, error: PackError) -> bool:
        """The heads of a cell cannot be read; True if its pad cannot be opened therefore."""
        self.refused_cells.add(name)
        self._reading = None
        pad = self._pad
        if pad is None or name not in pad.first or pad is self._playable:
            return False
        pad.error = error
        return True

    def try_again(self, rows: Iterable[RowKey]) -> None:
        """Read what was refused once more, when there is nothing urgent: these rows, and cells."""
        self.refused_cells.clear()
        for key in rows:
            self.filling(key, is_wish=True)

    def next(self, may_wish: bool) -> Filling | HeadsReading | None:
        """The most urgent work; wishes only if allowed. None if there is nothing to do."""
        self.now = max(self.now, self._clock())
        filling, due = self._most_urgent()
        name = self._next_head()
        if name is not None and self._head_due(name) <= due:
            return self._read(name)
        if filling is None:
            filling = self._unfinished()
        if filling is None and may_wish and self._wishes:
            filling = self.filling(self._wishes.pop(), is_wish=True)
        return filling

    def _most_urgent(self) -> tuple[Filling | None, float]:
        best, earliest = None, math.inf
        for filling in self._fillings.values():
            due = filling.deadline(self.now, self._rate_hz)
            if due < earliest:
                best, earliest = filling, due
        return best, earliest

    def _unfinished(self) -> Filling | None:
        """What was begun and lost its urgency; what was only asked for is dropped."""
        for key, filling in list(self._fillings.items()):
            if filling.has_begun or filling.is_wish:
                return filling
            del self._fillings[key]
        return None

    def _wanted_pad(self) -> PadOpening | None:
        failed = self._pad is None or self._pad.error is not None
        return self._playable if failed else self._pad

    def _next_head(self) -> str | None:
        pad = self._wanted_pad()
        return None if pad is None else pad.next(self._cells, self.refused_cells)

    def _head_due(self, name: str) -> float:
        pad = self._wanted_pad()
        return math.inf if pad is None else pad.deadline(name, self.now, self._rate_hz)

    def _read(self, name: str) -> HeadsReading:
        """Go on with what is being read, unless the other is more urgent."""
        pad, reading = self._wanted_pad(), self._reading
        goes_on = (
            pad is not None
            and reading is not None
            and not self._cells.has_heads(reading.name)
            and reading.name in pad.cells
            and (reading.name in pad.first or name not in pad.first)
        )
        if reading is None or not goes_on:
            reading = self._reading = HeadsReading(name, self._cells)
        return reading

    def _pin(self) -> None:
        pads = (pad for pad in (self._pad, self._playable) if pad is not None)
        self._cells.pin(name for pad in pads for name in pad.cells)
