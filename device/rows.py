"""Notes of a sound pack as rows for the engine: decoded on demand, kept while there is room.

While a row is cached, or a voice still plays it, the same (cell, pitch) is always the same Row
object: the engine recognises a cell that keeps sounding through a morph by identity.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future

from device.engine.mixer import Row
from device.pack.errors import PackError
from device.pack.model import PlayMode
from device.pack.reader import Pack

RowKey = tuple[str, int]
"""(cell hash, pitch)."""


class RowStore:
    """Rows of one open pack, for several threads; close() stops the background decoder."""

    def __init__(self, pack: Pack, limit_bytes: int) -> None:
        self._pack = pack
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._recent: OrderedDict[RowKey, Row] = OrderedDict()  # the longest unused first
        self._alive: weakref.WeakValueDictionary[RowKey, Row] = weakref.WeakValueDictionary()
        self._decoding: dict[RowKey, Future[Row]] = {}
        self._failed: set[RowKey] = set()
        self._lock = threading.Lock()
        self._urgent: list[RowKey] = []  # asked for by ready(), the latest last
        self._wishes: list[RowKey] = []  # from expect(), the most urgent last
        self._wished_bytes = 0  # of the wishes that have come true
        self._wish = threading.Condition(self._lock)
        self._worker: threading.Thread | None = None
        self._closed = False

    def get(self, cell: str, pitch: int) -> Row:
        """The row, decoded here and now if need be; raises PackError for a damaged one."""
        key = (cell, pitch)
        with self._lock:
            if (row := self._cached(key)) is not None:
                return row
            future = self._decoding.get(key)
            mine = future is None
            if future is None:
                future = self._decoding[key] = Future()
        if mine:
            self._decode_into(future, key)
        return future.result()

    def ready(self, cell: str, pitch: int) -> Row | None:
        """The row if it is decoded; otherwise None, and it is the next one to be decoded."""
        key = (cell, pitch)
        with self._lock:
            if (row := self._cached(key)) is not None:
                return row
            if key not in self._decoding and key not in self._failed:
                self._urgent.append(key)
                self._wake()
        return None

    def expect(self, keys: Iterable[RowKey]) -> None:
        """Decode these in the background, the first one first, instead of earlier expectations.

        At most half of the cache is filled, so that a long list does not push out its own start.
        """
        with self._lock:
            self._wishes, self._wished_bytes = [], 0
            for key in reversed(list(keys)):
                if (row := self._cached(key)) is not None:
                    self._wished_bytes += row.samples.nbytes
                elif key not in self._failed:
                    self._wishes.append(key)
            self._wake()

    def close(self) -> None:
        """Stop decoding in the background; rows stay usable. Calling it again does nothing."""
        with self._lock:
            self._closed = True
            self._wish.notify()
        if self._worker is not None:
            self._worker.join()

    def _wake(self) -> None:
        if self._worker is None and not self._closed:
            self._worker = threading.Thread(target=self._work, name="rows", daemon=True)
            self._worker.start()
        self._wish.notify()

    def _work(self) -> None:
        while (key := self._next_wish()) is not None:
            try:
                row = self.get(*key)
            except PackError:
                with self._lock:
                    self._failed.add(key)  # get() tells whoever comes to play it
            else:
                with self._lock:
                    self._wished_bytes += row.samples.nbytes
                del row

    def _next_wish(self) -> RowKey | None:
        with self._lock:
            while not self._closed:
                if self._urgent:
                    return self._urgent.pop()
                if self._wishes and self._wished_bytes < self._limit_bytes // 2:
                    return self._wishes.pop()
                self._wish.wait()
            return None

    def _cached(self, key: RowKey) -> Row | None:
        row = self._alive.get(key)
        if row is not None:
            self._keep(key, row)
        return row

    def _keep(self, key: RowKey, row: Row) -> None:
        """Make it the most recently used row and let go of the oldest beyond the limit."""
        if key not in self._recent:
            self._held_bytes += row.samples.nbytes
        self._recent[key] = row
        self._recent.move_to_end(key)
        while self._held_bytes > self._limit_bytes and len(self._recent) > 1:
            _, oldest = self._recent.popitem(last=False)
            self._held_bytes -= oldest.samples.nbytes

    def _decode_into(self, future: Future[Row], key: RowKey) -> None:
        try:
            row = _decode(self._pack, *key)
        except BaseException as error:
            with self._lock:
                del self._decoding[key]
            future.set_exception(error)
            return
        with self._lock:
            del self._decoding[key]
            self._alive[key] = row
            self._keep(key, row)
        future.set_result(row)


def _decode(pack: Pack, cell_name: str, pitch: int) -> Row:
    cell = pack.cell(cell_name)
    info = cell.notes[pitch]
    loop = cell.loops[pitch] if info.mode is PlayMode.LOOP else None
    return Row(
        samples=cell.decode(pitch),
        gain=info.gain,
        loop_start_frame=loop.start_frame if loop else None,
        loop_length_frames=loop.length_frames if loop else 0,
        decay_db_per_s=info.decay_db_per_s,
        rate_hz=pack.manifest.sample_rate_hz,
    )
