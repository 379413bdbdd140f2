"""How far a job's notes are: frames of finished shards, and those that claims tell of."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from audio_pipeline.nsynth.job.files import Identity
from audio_pipeline.nsynth.job.job_file import Job, Places, Shard
from audio_pipeline.progress import duration

SPAN_S = 300.0  # over which the speed is measured
FIRST_S = 2.0  # no speed before


@dataclass(frozen=True)
class Amount:
    """What is finished."""

    notes: int
    frames: int  # of all notes
    workers: int  # whose claims are alive, as far as can be seen


@dataclass
class Meter:
    """Measures a job while others work on it."""

    places: Places
    job: Job
    hop: int
    clock: Callable[[], float] = time.monotonic
    _past: deque[tuple[float, int]] = field(default_factory=deque)

    @property
    def notes(self) -> int:
        """Of all shards."""
        return sum(len(shard.notes) for shard in self.job.shards)

    def unfinished(self) -> list[Shard]:
        """The shards that are still to be made."""
        return [shard for shard in self.job.shards if not self.places.store.has(shard.name)]

    def amount(self) -> Amount:
        """What is finished now; remembered for the speed."""
        left = {shard.name: shard for shard in self.unfinished()}
        whole = sum(len(shard.notes) for shard in self.job.shards if shard.name not in left)
        claims = [c for name, c in self.places.claims().all().items() if name in left]
        frames = whole * self.job.manner.frames + sum(claim.frames for claim in claims)
        gone = Identity.own().knows_gone
        busy = [claim for claim in claims if not claim.released and not gone(claim.worker)]
        self._remember(frames)
        return Amount(whole, frames, len(busy))

    def samples_per_s(self) -> float:
        """Over the last minutes; 0 before there is a figure."""
        if len(self._past) < 2:
            return 0.0
        (begin_s, begun), (end_s, ended) = self._past[0], self._past[-1]
        if end_s - begin_s < FIRST_S:
            return 0.0
        return max(0, ended - begun) * self.hop / (end_s - begin_s)

    def line(self, amount: Amount) -> str:
        """How far, how fast, how long still."""
        total = self.notes * self.job.manner.frames
        percent = 100 * amount.frames // max(1, total)
        rate = self.samples_per_s()
        left = duration((total - amount.frames) * self.hop / rate) if rate > 0 else "?"
        return (
            f"{percent:3d} %  {amount.notes}/{self.notes} notes, {rate:,.0f} samples/s, "
            f"{left} left, {amount.workers} at work"
        )

    def _remember(self, frames: int) -> None:
        now_s = self.clock()
        if len(self._past) == 1 and self._past[0][1] == frames:
            self._past.clear()  # nothing has been made yet: workers begin slowly
        self._past.append((now_s, frames))
        while self._past[0][0] < now_s - SPAN_S:
            self._past.popleft()
