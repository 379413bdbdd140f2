"""What an install says while it runs and in the end: to a person, or to a program.

To a program it is one JSON object per line: {"total": bytes} once it is known; {"written": bytes}
now and then, all that is safe on the card so far, what was there before included; in the end
{"installed": name, "path": folder, "written": bytes, "shared": bytes} or
{"error": text, "kind": class}.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from sdcard.packs.install import Installed
from sdcard.packs.progress import Progress
from sdcard.targets.target import FolderTarget, Target

STOPPED = "stopped; the packs on the card are as they were"
_INTERVAL_S = 0.1


class Report(Protocol):
    """Hears of one install; `begin` and `add` from any thread."""

    def begin(self, total_bytes: int) -> None:
        """So many bytes are expected."""

    def add(self, size_bytes: int) -> None:
        """So many more are safe."""

    def done(self, installed: Installed) -> None:
        """The pack is there."""

    def failed(self, error: Exception) -> None:
        """It is not."""

    def stopped(self) -> None:
        """Somebody interrupted it."""


class SpokenReport:
    """For a person at a terminal."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._progress = Progress(sys.stderr)
        self.begin, self.add = self._progress.begin, self._progress.add

    def done(self, installed: Installed) -> None:
        """The result on standard output."""
        self._progress.end()
        shared = installed.shared_bytes
        there = f", {shared / 1e6:.1f} MB were there" if shared else ""
        written = f"{installed.written_bytes / 1e6:.1f} MB written{there}"
        where = f"{installed.path}"
        if not isinstance(self._target, FolderTarget):  # only there the path is one of ours
            where = f"{installed.path.name} on {self._target}"
        print(f"{installed.name}: {written}; it is {where}")

    def failed(self, error: Exception) -> None:
        """Why, on standard error."""
        self._progress.end()
        print(f"{error} [{type(error).__name__}]", file=sys.stderr)

    def stopped(self) -> None:
        """That nothing is lost, on standard error."""
        self._progress.end()
        print(STOPPED, file=sys.stderr)


class JsonReport:
    """For a program, on standard output. One that has ended does not stop the install."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._out, self._clock = out, clock
        self._lock = threading.Lock()
        self._done, self._told = 0, -1
        self._told_s = clock()

    def begin(self, total_bytes: int) -> None:
        """Tell it at once."""
        with self._lock:
            self._say({"total": total_bytes})

    def add(self, size_bytes: int) -> None:
        """Tell the sum, at most ten times a second."""
        with self._lock:
            self._done += size_bytes
            if self._clock() - self._told_s >= _INTERVAL_S:
                self._tell()

    def done(self, installed: Installed) -> None:
        """The last sum, and what is there now."""
        with self._lock:
            if self._told != self._done:
                self._tell()
            self._say({
                "installed": installed.name, "path": str(installed.path),
                "written": installed.written_bytes, "shared": installed.shared_bytes,
            })  # fmt: skip

    def failed(self, error: Exception) -> None:
        """Why."""
        with self._lock:
            self._say({"error": str(error), "kind": type(error).__name__})

    def stopped(self) -> None:
        """As an error that is nobody's fault."""
        with self._lock:
            self._say({"error": STOPPED, "kind": "Interrupted"})

    def _tell(self) -> None:
        self._told, self._told_s = self._done, self._clock()
        self._say({"written": self._done})

    def _say(self, record: dict[str, object]) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._out.write(f"{json.dumps(record)}\n")
            self._out.flush()
