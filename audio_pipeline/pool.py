"""Runs tasks in several processes and hands their results over one by one, as they are made.

Each worker has its own pipe. A worker whose parent is killed reads the end of its pipe and stops;
a parent whose worker is killed sees its pipe end and says so. Ctrl-C is for the parent only.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from audio_pipeline.errors import WorkerError

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_STOP_S = 5.0


class Task(Protocol):
    """A piece of work that can be sent to another process."""

    def run(self) -> Iterator[Any]:
        """Do the work; each result is handed over as soon as it is yielded."""


def limit_threads() -> None:
    """One thread per process for the numeric libraries; must come before NumPy is imported.

    Processes share the work already; more threads would also make sums depend on their number.
    """
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")


@dataclass
class WorkerPool:
    """At most `jobs` processes, started when needed and kept; 1 = all work is done in this one.

    A context manager: leaving it ends the workers at once, whatever they are at.
    """

    jobs: int
    _processes: dict[Connection, BaseProcess] = field(default_factory=dict)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for pipe, process in self._processes.items():
            pipe.close()
            process.join(_STOP_S)
        self._processes.clear()

    def run(self, tasks: Sequence[Task]) -> Iterator[Any]:
        """Results of all tasks in the order in which they are made.

        An exception in a task is raised here, as is a WorkerError when a worker is killed; the
        pool cannot be used again after that.
        """
        if self.jobs == 1:
            for task in tasks:
                yield from task.run()
            return
        waiting = list(tasks)[::-1]
        self._start(min(self.jobs, len(tasks)))
        busy: set[Connection] = set()
        for pipe in list(self._processes)[: len(tasks)]:
            pipe.send(waiting.pop())
            busy.add(pipe)
        while busy:
            for pipe in busy & set(wait(list(busy))):
                kind, value = self._received(pipe)
                if kind == "result":
                    yield value
                elif kind == "error":
                    raise value
                elif waiting:
                    pipe.send(waiting.pop())
                else:
                    busy.remove(pipe)

    def _start(self, wanted: int) -> None:
        limit_threads()
        context = multiprocessing.get_context("spawn")
        while len(self._processes) < wanted:
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._processes[ours] = process

    def _received(self, pipe: Connection) -> tuple[str, Any]:
        try:
            message: tuple[str, Any] = pipe.recv()
        except (EOFError, ConnectionError):
            process = self._processes[pipe]
            process.join(_STOP_S)
            raise WorkerError(
                f"a render process ended by itself (exit code {process.exitcode}); was the memory "
                "used up? Finished notes are kept: run the same command again, with fewer --jobs"
            ) from None
        return message


def _work(pipe: Connection) -> None:
    """The worker: tasks in, ("result", value)… and ("done", None) out, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            task: Task = pipe.recv()
            try:
                for result in task.run():
                    pipe.send(("result", result))
            except (EOFError, ConnectionError):
                raise
            except Exception as error:
                pipe.send(("error", _portable(error)))
            else:
                pipe.send(("done", None))


def _portable(error: Exception) -> Exception:
    """The error itself if it survives pickling, else a WorkerError with its traceback."""
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:
        copy = None
    if type(copy) is type(error) and str(copy) == str(error):
        return error
    return WorkerError("".join(traceback.format_exception(error)))
