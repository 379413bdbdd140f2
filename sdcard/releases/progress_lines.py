"""What an update says of itself to a program: one JSON object per line (see sdcard.packs.reports).

{"total": bytes}, {"written": bytes so far} now and then, {"installed": version, "path": folder},
then, where the instrument was started again, {"version": ..., "outcome": "chosen" | "refused" |
"unknown", "reason": text}; or {"error": text, "kind": class}.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from sdcard.packs.progress import Progress
from sdcard.releases.restart import Outcome
from sdcard.releases.update import Updated

_INTERVAL_S = 0.2


class Listener(Protocol):
    """Hears of one update."""

    def begin(self, total_bytes: int) -> None:
        """So many bytes are expected."""

    def add(self, size_bytes: int) -> None:
        """So many more are written."""

    def updated(self, done: Updated) -> None:
        """The release is there, as the trial."""

    def outcome(self, outcome: Outcome) -> None:
        """What the instrument made of it when it was started again."""

    def failed(self, error: Exception) -> None:
        """It is not there."""


class JsonLines:
    """For a program."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._out, self._clock = out, clock
        self._sum, self._told_s = 0, clock()

    def begin(self, total_bytes: int) -> None:
        """At once."""
        self._say({"total": total_bytes})

    def add(self, size_bytes: int) -> None:
        """Now and then."""
        self._sum += size_bytes
        if self._clock() - self._told_s >= _INTERVAL_S:
            self._told_s = self._clock()
            self._say({"written": self._sum})

    def updated(self, done: Updated) -> None:
        """The last sum, and what is there."""
        self._say({"written": self._sum})
        self._say({
            "installed": done.version, "path": str(done.path), "removed": list(done.removed)
        })  # fmt: skip

    def outcome(self, outcome: Outcome) -> None:
        """In one word, and why."""
        self._say({
            "version": outcome.version, "outcome": outcome.word, "reason": outcome.reason
        })  # fmt: skip

    def failed(self, error: Exception) -> None:
        """Why."""
        self._say({"error": str(error), "kind": type(error).__name__})

    def _say(self, record: dict[str, object]) -> None:
        self._out.write(f"{json.dumps(record)}\n")
        self._out.flush()


class Spoken:
    """For a person."""

    def __init__(self, out: TextIO, errors: TextIO) -> None:
        self._out, self._errors = out, errors
        self._progress = Progress(errors)
        self.begin, self.add = self._progress.begin, self._progress.add

    def updated(self, done: Updated) -> None:
        """What is there and what went."""
        self._progress.end()
        removed = f"; removed: {', '.join(done.removed)}" if done.removed else ""
        print(f"release {done.version} is put on{removed}", file=self._out, flush=True)

    def outcome(self, outcome: Outcome) -> None:
        """In a sentence."""
        print(outcome, file=self._out)

    def failed(self, error: Exception) -> None:
        """Why."""
        self._progress.end()
        print(f"latentpad-card: error: {error} [{type(error).__name__}]", file=self._errors)
