"""A queue from any thread to one, whose wait ends in time whatever signals come.

queue.SimpleQueue of CPython 3.11, for one, may wait for ever when a signal comes just before its
timeout: what is left of that is negative by then, which the lock below takes for "no limit". So an
instrument that nobody played could not be told to stop. The lock that threading offers looks again.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from queue import Empty
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """First in, first out; any thread puts, signal handlers too, and one thread gets."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._bell = threading.Lock()  # free when there may be something
        self._bell.acquire()

    def put(self, item: Item) -> None:
        """Never waits."""
        self._items.append(item)
        with contextlib.suppress(RuntimeError):  # it rings already
            self._bell.release()

    def get(self, wait_s: float = 0.0) -> Item:
        """The first one, waiting for it at most `wait_s`; raises queue.Empty.

        That may come before its time, once after several were put: call it in a loop.
        """
        if not self._items:
            self._bell.acquire(blocking=wait_s > 0, timeout=wait_s if wait_s > 0 else -1)
        try:
            return self._items.popleft()
        except IndexError:
            raise Empty from None

    @property
    def is_empty(self) -> bool:
        """Nothing is waiting now."""
        return not self._items
