"""What the stages of one build share: the plan, where to keep notes, and how to talk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from audio_pipeline.plan import Plan
from audio_pipeline.pool import WorkerPool
from audio_pipeline.progress import LiveLine, Progress, duration
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.status import Status
from audio_pipeline.workspace import Workspace

MOST_WARNINGS = 8


@dataclass(frozen=True)
class Context:
    """One build."""

    plan: Plan
    renderer: Renderer
    workspace: Workspace
    pool: WorkerPool
    out: TextIO
    status: Status | None = None  # what other terminals can see

    @property
    def rate_hz(self) -> int:
        """Sample rate of the pack."""
        return self.plan.settings.notes.rate_hz

    def say(self, words: str) -> None:
        """Print a line for the user."""
        print(words, file=self.out, flush=True)

    def warn(self, warnings: Sequence[str]) -> None:
        """Print warnings, but only the first of very many."""
        for warning in warnings[:MOST_WARNINGS]:
            self.say(f"warning: {warning}")
        if len(warnings) > MOST_WARNINGS:
            self.say(f"warning: … and {len(warnings) - MOST_WARNINGS} more like these")

    @contextmanager
    def progress(self, total: int, unit: str) -> Iterator[Progress]:
        """A progress line for `total` steps; none when there is nothing to do."""
        progress = Progress(total, unit, self.out, listener=self._listener)
        yield progress
        if total:
            progress.finish()

    @contextmanager
    def telling(self, done: str) -> Iterator[Callable[[str], None]]:
        """A line that the caller words; at the end it says what is `done`, and in what time."""
        line, begin_s = LiveLine(self.out, listener=self._listener), time.monotonic()
        yield line.tell
        line.finish(f"{done} ({duration(time.monotonic() - begin_s)})")

    def _listener(self, words: str) -> None:
        if self.status is not None:
            self.status.say(words)
