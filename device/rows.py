"""The notes that are in memory as rows for the engine, and what is asked of whoever brings them.

While a row is cached, or a voice still plays it, the same (cell, pitch) is always the same Row
object: the engine recognises a cell that keeps sounding through a morph by identity.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from device.engine.mixer import Row

RowKey = tuple[str, int]
"""(cell hash, pitch)."""

AHEAD_S = 0.1  # of sound that must be ready before a sounding note takes a row up


@dataclass(frozen=True)
class Reach:
    """Where a voice reads: source_frame at an output frame, and `step` further with every frame."""

    frame: int
    source_frame: float
    step: float

    def at(self, frame: int) -> float:
        """The source frame that is read at an output frame."""
        return self.source_frame + (frame - self.frame) * self.step

    def turned(self, frame: int, step: float) -> Reach:
        """The same voice with another step from an output frame on."""
        return Reach(frame, self.at(frame), step)

    def frame_of(self, source_frame: int) -> float:
        """The output frame at which a source frame is read."""
        return self.frame + (source_frame - self.source_frame) / self.step


def ready_frames(row: Row) -> int:
    """How many samples of a row are valid by now."""
    return int(row.cdata.ready_frames)


def is_complete(row: Row) -> bool:
    """All of its samples are valid."""
    return ready_frames(row) >= len(row.samples)


def is_ready_at(row: Row, source_frame: float) -> bool:
    """A voice at this source frame could take the row up and go on for a while."""
    return is_complete(row) or ready_frames(row) > source_frame + AHEAD_S * row.rate_hz


class PadState(Enum):
    """How far the opening of the latest pad has come."""

    OPENING = "opening"
    OPEN = "open"  # the cells that were to be first can start notes
    FAILED = "failed"


class RowSource(Protocol):
    """Where rows come from (device.loader.loader.Loader). Only get() waits."""

    def get(self, cell: str, pitch: int) -> Row:
        """The complete row, waiting for it if need be; raises PackError for a damaged one."""
        ...

    def start(self, cell: str, pitch: int) -> Row | None:
        """The row for a new note if at least its beginning is at hand; the rest will follow."""
        ...

    def ready(self, cell: str, pitch: int, reach: Reach) -> Row | None:
        """The row if a voice there could take it up now; otherwise it is brought soon."""
        ...

    def plays(self, voice: int, keys: Sequence[RowKey], reach: Reach) -> None:
        """Rows that are not complete and that a voice plays now, instead of earlier ones.

        The strongest comes first. What they lack is needed before the voice gets there.
        """
        ...

    def nearest(self, cells: Sequence[str], pitch: int) -> str | None:
        """The first of these cells whose row start() would give now."""
        ...

    def expect(self, keys: Iterable[RowKey]) -> None:
        """Prepare these in the background, the first one first, instead of earlier ones."""
        ...

    def open_pad(self, cells: Sequence[str], first: int, frame: int) -> None:
        """Make the cells able to start notes, in this order, instead of an earlier pad's.

        The pad is OPEN when the `first` of them are; it FAILED if one of those cannot be read.
        """
        ...

    def pad_state(self) -> PadState:
        """Of the latest open_pad."""
        ...

    def near(self, cells: Sequence[str]) -> None:
        """The cells of the latest pad are wanted in this order now."""
        ...

    def refuse(self, what: str) -> None:
        """Count and tell a wish that makes no sense."""
        ...


class RowCache:
    """Rows by key: those in use always, the lately used ones while there is room; one thread."""

    def __init__(self, limit_bytes: int, used_bytes: Callable[[], int]) -> None:
        """`used_bytes` tells what all living rows take, cached or not."""
        self._limit_bytes, self._used_bytes = limit_bytes, used_bytes
        self._recent: OrderedDict[RowKey, Row] = OrderedDict()  # the longest unused first
        self._alive: weakref.WeakValueDictionary[RowKey, Row] = weakref.WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._alive)

    def __contains__(self, key: RowKey) -> bool:
        return key in self._alive

    def find(self, key: RowKey) -> Row | None:
        """The row if it is cached or in use; from now on it is the most recently used."""
        row = self._alive.get(key)
        if row is not None:
            self._keep(key, row)
        return row

    def add(self, key: RowKey, row: Row) -> None:
        """A new row; the longest unused ones make room for it."""
        self._alive[key] = row
        self._keep(key, row)

    def forget(self, key: RowKey) -> None:
        """Never give this row again, though somebody may still use it."""
        self._alive.pop(key, None)
        self._recent.pop(key, None)

    def _keep(self, key: RowKey, row: Row) -> None:
        self._recent[key] = row
        self._recent.move_to_end(key)
        while self._used_bytes() > self._limit_bytes and len(self._recent) > 1:
            self._recent.popitem(last=False)
