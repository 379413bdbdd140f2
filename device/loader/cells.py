"""The open cells of a pack: those of the present pad with heads, others while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from device.loader.card_stream import PIECE_BYTES, CardFile
from device.loader.cell_file import FRAME_BYTES, CellFile
from device.loader.memory import Int16, Locker
from device.pack.model import Manifest

MOST_CELLS = 192  # each takes a file descriptor, and 150 kB with heads of 16 notes at 48 kHz
PIECE_FRAMES = PIECE_BYTES // FRAME_BYTES

CardOpener = Callable[[str], CardFile]
"""Opens the file of a cell by its name; raises a PackError."""


class CellTable:
    """Cells by name; only open() and HeadsReading touch the card."""

    def __init__(self, open_file: CardOpener, manifest: Manifest) -> None:
        self._open_file, self._manifest = open_file, manifest
        self._cells: OrderedDict[str, CellFile] = OrderedDict()  # the longest unused first
        self._pinned: frozenset[str] = frozenset()
        self.locker = Locker()

    def __len__(self) -> int:
        return len(self._cells)

    def get(self, name: str) -> CellFile | None:
        """The cell if it is open."""
        return self._cells.get(name)

    def open(self, name: str) -> CellFile:
        """The cell, its header read now if need be; raises a PackError."""
        cell = self._cells.get(name)
        if cell is None:
            cell = CellFile(name, self._open_file(name), self._manifest)
        self._cells[name] = cell
        self._cells.move_to_end(name)
        self._trim()
        return cell

    def has_heads(self, name: str) -> bool:
        """Notes of this cell can start at once."""
        cell = self._cells.get(name)
        return cell is not None and cell.has_heads

    def pin(self, names: Iterable[str]) -> None:
        """These stay open, once they are, and no others for long."""
        self._pinned = frozenset(names)

    def _trim(self) -> None:
        surplus = len(self._cells) - MOST_CELLS
        if surplus > 0:
            unpinned = [name for name in self._cells if name not in self._pinned]
            for name in unpinned[: min(surplus, len(unpinned) - 1)]:
                del self._cells[name]


class HeadsReading:
    """Brings the heads of one cell into locked memory, piece by piece."""

    def __init__(self, name: str, cells: CellTable) -> None:
        self.name = name
        self._cells = cells
        self._cell: CellFile | None = None
        self._memory: Int16 | None = None
        self._done = 0

    def step(self) -> None:
        """Read the header or the next piece; raises a PackError."""
        if self._cell is None or self._memory is None:
            self._cell = self._cells.open(self.name)
            notes, frames = self._cell.heads_shape
            self._memory = self._cells.locker.take(notes * frames)
            return
        frames = min(PIECE_FRAMES, len(self._memory) - self._done)
        self._memory[self._done : self._done + frames] = self._cell.read_heads(self._done, frames)
        self._done += frames
        if self._done == len(self._memory):
            self._cell.keep_heads(self._memory.reshape(self._cell.heads_shape))
            self._cells.open(self.name)  # it may have been dropped meanwhile
