"""Carries out the loader's steps: opens cells, reads heads, makes rows and fills them."""

from __future__ import annotations

import threading

from device.engine.mixer import Row
from device.loader.agenda import Agenda, FrameClock
from device.loader.cell_file import CellFile
from device.loader.cells import CardOpener, CellTable, HeadsReading
from device.loader.faults import Faults
from device.loader.filling import BLOCK_S, Filling
from device.loader.memory import BufferPool, buffer_bytes
from device.pack.errors import PackError
from device.pack.model import PlayMode
from device.pack.reader import Pack
from device.rows import RowCache, RowKey

MORE_BLOCKS = 3  # most pieces hold more


class Workshop:
    """What the loader has and does; `changed` guards it all and is never held while reading."""

    def __init__(
        self,
        pack: Pack,
        limit_bytes: int,
        rate_hz: int,
        clock: FrameClock,
        open_file: CardOpener | None,
    ) -> None:
        self.changed = threading.Condition()
        self.pool = pool = BufferPool()
        # Not through self: in a circle of references the files of a pack that is left stay open.
        self.rows = RowCache(limit_bytes, lambda: pool.used_bytes)
        self.cells = CellTable(open_file or pack.open_cell_file, pack.manifest)
        self.agenda = Agenda(self.cells, rate_hz, clock)
        self.faults = Faults()
        self.refused: dict[RowKey, PackError] = {}
        self.wished_bytes = 0  # of the wishes that have come true
        self.steps = 0
        self._half_bytes = limit_bytes // 2
        self._rate_hz = pack.manifest.sample_rate_hz
        self._block_frames = round(BLOCK_S * self._rate_hz)
        self._working = threading.Lock()  # one step at a time

    def work(self) -> bool:
        """Do the most urgent step; False if there is nothing to do."""
        with self._working:
            with self.changed:
                task = self.agenda.next(self.wished_bytes < self._half_bytes)
            if isinstance(task, HeadsReading):
                self._read_heads(task)
            elif task is not None:
                self._advance(task, self._block_frames)
                self._use_piece(task)
            return task is not None

    def complete(self, filling: Filling) -> None:
        """Do all that is left of this row here and now."""
        with self._working:
            if not filling.is_over:
                self._advance(filling, None)

    def make(self, key: RowKey, cell: CellFile) -> Row:
        """A new row that begins with the head, if that is here; hold `changed`."""
        info = cell.header.notes[key[1]]
        loop = cell.header.loops[key[1]] if info.mode is PlayMode.LOOP else None
        buffer, head = self.pool.take(info.frames), cell.head(key[1])
        ready = 0 if head is None else min(len(head), info.frames)
        if head is not None:
            buffer[:ready] = head[:ready]
        row = Row(
            samples=buffer[: info.frames],
            gain=info.gain,
            loop_start_frame=loop.start_frame if loop else None,
            loop_length_frames=loop.length_frames if loop else 0,
            decay_db_per_s=info.decay_db_per_s,
            rate_hz=self._rate_hz,
            ready_frames=ready,
        )
        self.pool.owned_by(row, buffer)
        self.rows.add(key, row)
        return row

    def fill(self, key: RowKey, row: Row) -> Filling:
        """The work on a row that is not complete, begun now if need be; hold `changed`."""
        filling = self.agenda.filling(key)
        if filling.row is not row:
            filling.fill(row)
        return filling

    def _read_heads(self, reading: HeadsReading) -> None:
        try:
            reading.step()
        except Exception as error:  # whatever it is, the thread must live
            told = _typed(error, reading.name)
            with self.changed:
                is_fatal = self.agenda.refuse_cell(reading.name, told)
            what = "the pad cannot be opened" if is_fatal else "a cell cannot be played"
            self.faults.add(f"{what}: {told}")
        self._tell()

    def _advance(self, filling: Filling, frames: int | None) -> None:
        try:
            self._step(filling, frames)
        except Exception as error:  # as above; who plays the row is told
            self._refuse(filling, error)
        if filling.is_over:
            filling.stop()
            with self.changed:
                self.agenda.finish(filling)
                if filling.is_wish and (row := filling.row) is not None:
                    self.wished_bytes += buffer_bytes(len(row.samples))
        self._tell()

    def _use_piece(self, filling: Filling) -> None:
        """A few more blocks of what was just read: whoever comes next to it would read anew."""
        if filling.has_read:
            for _ in range(MORE_BLOCKS):
                if not filling.is_over:
                    self._advance(filling, self._block_frames)

    def _step(self, filling: Filling, frames: int | None) -> None:
        name = filling.key[0]
        if self.cells.get(name) is None and frames is not None:
            self.cells.open(name)
            return
        cell = self.cells.open(name)
        with self.changed:
            row = filling.row
            if not filling.has_begun:
                row = self.rows.find(filling.key) or self.make(filling.key, cell)
                filling.fill(row)
        if row is not None and not filling.is_over:
            filling.step(row, cell, frames)

    def _refuse(self, filling: Filling, error: Exception) -> None:
        told = _typed(error, f"{filling.key[0]} note {filling.key[1]}")
        with self.changed:
            filling.error = self.refused[filling.key] = told
            self.rows.forget(filling.key)
        self.faults.add(f"a note cannot be played: {told}")

    def _tell(self) -> None:
        with self.changed:
            self.steps += 1
            self.changed.notify_all()


def _typed(error: Exception, where: str) -> PackError:
    return error if isinstance(error, PackError) else PackError(where, str(error))
