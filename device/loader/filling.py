"""One row on its way into memory: decoded block by block, ahead of the voices that play it."""

from __future__ import annotations

import math
import weakref

from device.engine.mixer import Row
from device.loader.cell_file import CellFile, NoteStream
from device.rows import Reach, RowKey, is_complete, ready_frames

BLOCK_S = 0.1  # of sound per step: half a millisecond of work on a slow board
LEAD_S = 0.25  # a row that sounds goes before all else when less than this is ready ahead
RANK_S = 0.02  # less for the weaker rows of a note: of a large chord every note goes on somehow
GRACE_S = 0.05  # within which a row that a morph waits for should come
TIRED = 1e-3  # how much less urgent, per frame, a row is that a morph has waited for in vain
FORGOTTEN_S = 0.1  # a row that nobody has asked for since then is not waited for any more


class Filling:
    """Work on one row, kept only as long as somebody else keeps the row."""

    def __init__(self, key: RowKey, *, is_wish: bool) -> None:
        self.key, self.is_wish = key, is_wish
        self.error: Exception | None = None
        self.has_read = False  # the last step had to wait for the card
        self._is_awaited = False
        self._row: weakref.ref[Row] | None = None
        self._kept: Row | None = None  # while somebody waits
        self._stream: NoteStream | None = None
        self._at = 0
        self._reaches: dict[int, tuple[Reach, int]] = {}  # by voice
        self._asked: tuple[int, int] | None = None  # output frames: first and last

    @property
    def row(self) -> Row | None:
        """The row, once there is one and while it lives."""
        return None if self._row is None else self._row()

    @property
    def has_begun(self) -> bool:
        """There was a row; it may have died since."""
        return self._row is not None

    @property
    def is_over(self) -> bool:
        """Complete, failed, or given up by everyone."""
        if self.error is not None:
            return True
        return self._row is not None and ((row := self._row()) is None or is_complete(row))

    def fill(self, row: Row) -> None:
        """Here is the row to fill."""
        self._row = weakref.ref(row)
        self._kept = row if self._is_awaited else None

    def wait(self) -> None:
        """Somebody waits for all of it, and for nothing else."""
        self._is_awaited = True
        self._kept = self.row

    def ask(self, frame: int) -> None:
        """A sounding note waits for the row at this output frame."""
        self._asked = (self._asked[0] if self._asked else frame, frame)

    def play(self, voice: int, reach: Reach, rank: int) -> None:
        """A voice plays what there is of it, as its strongest (rank 0) or a weaker row."""
        self._reaches[voice] = (reach, rank)

    def rest(self, voice: int) -> None:
        """A voice does not play it any more."""
        self._reaches.pop(voice, None)

    def deadline(self, now: int, rate_hz: int) -> float:
        """The output frame by which the next block is needed; infinite if nobody needs it.

        When the card is too slow for everything, what sounds must go on, and of what a moving
        finger asks for the latest wishes are the most likely to be still of use when they come.
        """
        if self._is_awaited:
            return -math.inf
        return min(self._played_by(rate_hz), self._asked_for_by(now, rate_hz))

    def _played_by(self, rate_hz: int) -> float:
        if not self._reaches or (row := self.row) is None:
            return math.inf
        ready = ready_frames(row)
        return min(
            reach.frame_of(ready) - (LEAD_S - rank * RANK_S) * rate_hz
            for reach, rank in self._reaches.values()
        )

    def _asked_for_by(self, now: int, rate_hz: int) -> float:
        if self._asked is not None and now - self._asked[1] > FORGOTTEN_S * rate_hz:
            self._asked = None
        if self._asked is None:
            return math.inf
        due = self._asked[0] + GRACE_S * rate_hz
        return due if due > now else now + TIRED * (now - due)

    def step(self, row: Row, cell: CellFile, frames: int | None) -> None:
        """Decode the next `frames` (None: all the rest) into the row; raises PackDamagedError."""
        pieces = 0 if self._stream is None else self._stream.pieces
        if self._stream is None:
            self._stream = cell.open_note(self.key[1])
        left = len(row.samples) - self._at
        block = self._stream.read(self._at, left if frames is None else min(frames, left))
        known = max(0, ready_frames(row) - self._at)  # the head: the kernel may be reading it
        row.samples[self._at + known : self._at + len(block)] = block[known:]
        self._at += len(block)
        if self._at > ready_frames(row):
            row.set_ready(self._at)
        self.has_read = self._stream.pieces > pieces
        if is_complete(row):
            self.stop()

    def stop(self) -> None:
        """Let go of the decoder, and with it of the cell."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
