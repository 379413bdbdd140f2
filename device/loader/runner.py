"""The loader's thread, and waiting for what it brings."""

from __future__ import annotations

import threading
from collections.abc import Callable

from device.loader.workshop import Workshop


class Runner:
    """Works in the background once started; until then, and once closed, whoever waits works."""

    def __init__(self, shop: Workshop) -> None:
        self._shop, self._changed = shop, shop.changed
        self._has_news = False
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the thread ends with close()."""
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; may be called twice."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """There is something new to do; hold `changed`."""
        self._has_news = True
        self._changed.notify_all()

    def wait(self, is_over: Callable[[], bool], step: Callable[[], object]) -> None:
        """Until it is over: for the thread, or doing `step` here where there is none."""
        with self._changed:
            while self._thread is not None and not self._is_closed and not is_over():
                self._changed.wait()
        while not is_over():
            step()

    def _run(self) -> None:
        while not self._is_closed:
            if not self._shop.work():
                with self._changed:
                    self._changed.wait_for(lambda: self._has_news or self._is_closed)
                    self._has_news = False
