"""One pad being opened: which of its cells' heads to read next, and whether it can be played."""

from __future__ import annotations

from collections.abc import Sequence

from device.loader.cells import CellTable
from device.loader.filling import GRACE_S
from device.pack.errors import PackError
from device.rows import PadState

REST_S = 0.5  # what else sounds may go first for so long, while the first cells can be played


class PadOpening:
    """The cells of a pad in the order in which they are wanted."""

    def __init__(self, cells: Sequence[str], first: int, frame: int) -> None:
        self.cells = tuple(dict.fromkeys(cells))
        self.first = frozenset(self.cells[:first])
        self.error: PackError | None = None  # of a first cell
        self._frame = frame

    def state(self, table: CellTable) -> PadState:
        """Whether notes can start."""
        if self.error is not None:
            return PadState.FAILED
        is_open = all(table.has_heads(name) for name in self.first)
        return PadState.OPEN if is_open else PadState.OPENING

    def next(self, table: CellTable, refused: set[str]) -> str | None:
        """The next cell whose heads are missing, but for those that cannot be read.

        The first cells stay the first wherever the finger goes meanwhile, so that there is an end.
        """
        missing = [n for n in self.cells if n not in refused and not table.has_heads(n)]
        return next((name for name in missing if name in self.first), next(iter(missing), None))

    def deadline(self, name: str, now: int, rate_hz: int) -> float:
        """The output frame by which the heads of a cell should be there.

        However late they are, a note that is about to be played out is more urgent.
        """
        return max(now, self._frame + (GRACE_S if name in self.first else REST_S) * rate_hz)

    def reorder(self, cells: Sequence[str]) -> None:
        """The finger is elsewhere: read in this order from now on."""
        if set(cells) == set(self.cells):
            self.cells = tuple(dict.fromkeys(cells))
