"""The loader: notes start from heads in locked memory, the rest is decoded before it is due.

One background thread does one small step after another (read a piece, decode a block), always the
one with the earliest deadline; without the thread, whoever calls work() or get() does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from device.engine.mixer import Row
from device.loader.agenda import FrameClock
from device.loader.cells import CardOpener
from device.loader.filling import Filling
from device.loader.memory import buffer_bytes
from device.loader.runner import Runner
from device.loader.workshop import Workshop
from device.pack.reader import Pack
from device.rows import PadState, Reach, RowKey, is_complete, is_ready_at, ready_frames


@dataclass(frozen=True)
class LoaderCounters:
    """A reading of what the loader holds and has met."""

    rows: int
    row_bytes: int
    open_cells: int
    locked_bytes: int  # heads that cannot be paged out
    refused_bytes: int  # heads that the system would not lock: see RLIMIT_MEMLOCK
    steps: int
    faults: int


class Loader:
    """device.rows.RowSource of one pack; any thread may call it, and only get() waits.

    limit_bytes: for rows, those in use included, which are never given up. rate_hz, clock: of the
    output, in whose frames deadlines are; without a clock it knows the time of the latest call.
    open_file: reads cells from somewhere else than the pack.
    """

    def __init__(
        self,
        pack: Pack,
        limit_bytes: int,
        rate_hz: int,
        *,
        clock: FrameClock = lambda: 0,
        open_file: CardOpener | None = None,
    ) -> None:
        self._shop = Workshop(pack, limit_bytes, rate_hz, clock, open_file)
        self._changed = self._shop.changed
        self._runner = Runner(self._shop)
        self.faults = self._shop.faults
        self._played: dict[int, list[Filling]] = {}  # by voice

    def start(self, cell: str, pitch: int) -> Row | None:
        """The row for a new note if at least its beginning is at hand; the rest will follow."""
        shop, key = self._shop, (cell, pitch)
        with self._changed:
            if key in shop.refused:
                return None
            row, opened = shop.rows.find(key), shop.cells.get(cell)
            if row is None and opened is not None and opened.has_heads:
                row = shop.make(key, opened)
            self._runner.wake()
            if row is None:
                shop.agenda.filling(key).ask(shop.agenda.now)
                return None
            if not is_complete(row):
                shop.fill(key, row)
            return row if ready_frames(row) else None

    def ready(self, cell: str, pitch: int, reach: Reach) -> Row | None:
        """The row if a voice there could take it up now; otherwise it is brought soon."""
        shop, key = self._shop, (cell, pitch)
        with self._changed:
            shop.agenda.now = max(shop.agenda.now, reach.frame)
            if key in shop.refused:
                return None
            row = shop.rows.find(key)
            if row is not None and is_complete(row):
                return row
            filling = shop.agenda.filling(key) if row is None else shop.fill(key, row)
            filling.ask(reach.frame)
            self._runner.wake()
            return row if row is not None and is_ready_at(row, reach.source_frame) else None

    def plays(self, voice: int, keys: Sequence[RowKey], reach: Reach) -> None:
        """Rows that are not complete and that a voice plays now: see RowSource.plays."""
        with self._changed:
            agenda = self._shop.agenda
            agenda.now = max(agenda.now, reach.frame)
            for filling in self._played.pop(voice, ()):
                filling.rest(voice)
            found = [agenda.find(key) for key in keys]
            self._played[voice] = [filling for filling in found if filling is not None]
            for rank, filling in enumerate(self._played[voice]):
                filling.play(voice, reach, rank)

    def nearest(self, cells: Sequence[str], pitch: int) -> str | None:
        """The first of these cells whose row start() would give now."""
        with self._changed:
            return next((cell for cell in cells if self._has_beginning((cell, pitch))), None)

    def get(self, cell: str, pitch: int) -> Row:
        """The complete row, waiting for it if need be; raises PackError for a damaged one."""
        shop, key = self._shop, (cell, pitch)
        with self._changed:
            if key in shop.refused:
                raise shop.refused[key]
            row = shop.rows.find(key)
            if row is not None and is_complete(row):
                return row
            filling = shop.agenda.filling(key) if row is None else shop.fill(key, row)
            filling.wait()
            self._runner.wake()
        self._runner.wait(lambda: filling.is_over, lambda: shop.complete(filling))
        if filling.error is not None:
            raise filling.error
        assert filling.row is not None  # it is kept while somebody waits
        return filling.row

    def expect(self, keys: Iterable[RowKey]) -> None:
        """Prepare these in the background, the first one first, instead of earlier ones.

        At most half of the limit is filled, so that a long list does not push out its own start.
        """
        shop = self._shop
        with self._changed:
            cached, wanted = 0, []
            for key in [key for key in keys if key not in shop.refused]:
                row = shop.rows.find(key)
                cached += 0 if row is None else buffer_bytes(len(row.samples))
                if row is None or not is_complete(row):
                    wanted.append(key)
            shop.wished_bytes = cached
            shop.agenda.wish(wanted)
            self._runner.wake()

    def open_pad(self, cells: Sequence[str], first: int, frame: int) -> None:
        """Make the cells able to start notes: see RowSource.open_pad."""
        with self._changed:
            agenda = self._shop.agenda
            agenda.now = max(agenda.now, frame)
            agenda.open_pad(cells, first, frame)
            self._shop.refused.clear()  # the card may have been put right
            self._runner.wake()

    def pad_state(self) -> PadState:
        """Of the latest open_pad."""
        with self._changed:
            return self._shop.agenda.pad_state()

    def near(self, cells: Sequence[str]) -> None:
        """The order in which the cells of the latest pad are wanted has changed."""
        with self._changed:
            self._shop.agenda.reorder(cells)

    def try_again(self) -> bool:
        """The card may have been put right: read what was refused once more, in the background.

        True if nothing was: what goes wrong from now on is news again.
        """
        shop = self._shop
        with self._changed:
            if not shop.refused and not shop.agenda.refused_cells:
                self.faults.forget()
                return True
            rows = list(shop.refused)
            shop.refused.clear()
            shop.agenda.try_again(rows)
            self._runner.wake()
            return False

    def refuse(self, what: str) -> None:
        """Count and tell a wish that makes no sense."""
        self.faults.add(what)

    def wait_for_pad(self) -> None:
        """Until notes can start on the latest pad; raises the PackError for which they cannot."""
        self._runner.wait(lambda: self.pad_state() is not PadState.OPENING, self._shop.work)
        with self._changed:
            error = self._shop.agenda.pad_error()
        if error is not None:
            raise error

    def counters(self) -> LoaderCounters:
        """A reading, at any time."""
        shop = self._shop
        with self._changed:
            locker = shop.cells.locker
            return LoaderCounters(
                len(shop.rows), shop.pool.used_bytes, len(shop.cells), locker.locked_bytes,
                locker.refused_bytes, shop.steps, self.faults.count,
            )  # fmt: skip

    def work(self) -> bool:
        """Do the most urgent step; False if there is nothing to do."""
        return self._shop.work()

    def run_in_background(self) -> None:
        """Start the thread; it ends with close()."""
        self._runner.start()

    def close(self) -> None:
        """Stop the thread; rows stay usable, and get() goes on without it. May be called twice."""
        self._runner.close()

    def _has_beginning(self, key: RowKey) -> bool:
        if key in self._shop.refused:
            return False
        row = self._shop.rows.find(key)
        return self._shop.cells.has_heads(key[0]) if row is None else ready_frames(row) > 0
