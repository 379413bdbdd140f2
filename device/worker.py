"""Work that goes on beside the music: each worker is a step that says when it wants the next one.

Live, every worker has a thread of its own (WorkerThreads); in tests the same workers are stepped
one after the other in simulated time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from device.urgency import be_urgent

AFTER_FAILURE_S = 1.0


class Worker(Protocol):
    """Something that is done again and again."""

    name: str

    def step(self, now_s: float) -> float:
        """Do a little; returns the time on the clock at which to be called again."""
        ...

    def close(self) -> None:
        """Let go of what it holds; called once, from its own thread, after the last step."""
        ...


class WorkerThreads:
    """One thread per worker until close(); a worker that fails is reported and goes on."""

    def __init__(
        self, now_s: Callable[[], float], failed: Callable[[str, Exception], None]
    ) -> None:
        """`failed` is told the worker's name and what it raised, which is always a bug."""
        self._now_s, self._failed = now_s, failed
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, worker: Worker, priority: int = 0) -> None:
        """Run a worker from now on, at a real-time priority 1..99 or (0) as everybody."""
        arguments = (worker, priority)
        thread = threading.Thread(target=self._run, args=arguments, name=worker.name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Let all finish their step and close; waits for them."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _run(self, worker: Worker, priority: int) -> None:
        be_urgent(priority)
        while not self._stopping.is_set():
            try:
                next_s = worker.step(self._now_s())
            except Exception as error:  # a thread that dies in silence is worse than any bug
                self._failed(worker.name, error)
                next_s = self._now_s() + AFTER_FAILURE_S
            self._stopping.wait(max(0.0, next_s - self._now_s()))
        try:
            worker.close()
        except Exception as error:  # as above
            self._failed(worker.name, error)
