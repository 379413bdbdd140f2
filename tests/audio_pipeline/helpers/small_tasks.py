"""Small tasks for tests of the pool of processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass


class UnpicklableError(Exception):
    """Cannot be made again from its arguments, as many exceptions of libraries."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@dataclass(frozen=True)
class Count:
    """Counts, and says in which process."""

    number: int

    def run(self) -> Iterator[tuple[int, int, int]]:
        """(task, step, process)."""
        for step in range(3):
            yield self.number, step, os.getpid()


@dataclass(frozen=True)
class Fail:
    """Gives one result, then raises."""

    unpicklable: bool = False

    def run(self) -> Iterator[str]:
        """Never gives a second result."""
        yield "first"
        if self.unpicklable:
            raise UnpicklableError("this", "that")
        raise KeyError("broken")


@dataclass(frozen=True)
class SayThreads:
    """Says how many threads the numeric libraries may use."""

    def run(self) -> Iterator[str | None]:
        """The setting of OpenBLAS."""
        yield os.environ.get("OPENBLAS_NUM_THREADS")
