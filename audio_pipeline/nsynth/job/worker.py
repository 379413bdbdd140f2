"""A worker: takes shards of a job that nobody works on, one after another, until none is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.job.checking import GenerationError
from audio_pipeline.nsynth.job.claims import EXPIRY_S, Claim
from audio_pipeline.nsynth.job.files import put_json
from audio_pipeline.nsynth.job.heart import ClaimLostError, Heart
from audio_pipeline.nsynth.job.job_file import Job, Places, Shard, read_job

POLL_S = 1.0
MOST_TRIES = 3  # of a shard by one worker
MOST_BARREN = 4  # workers in a row that ended without a frame: the shard kills them

_BARREN = (
    "{} workers in a row ended without a word on it; was the memory used up? Fewer notes at a "
    "time (--batch) need less"
)

MakeShard = Callable[[Job, Shard, int, Callable[[int], None]], None]
"""(job, shard, number of the claim, told of finished frames): makes and stores a shard."""


@dataclass
class Worker:
    """Works on the job of a workspace with `make`."""

    places: Places
    make: MakeShard
    expiry_s: float = EXPIRY_S
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = print

    def __post_init__(self) -> None:
        self._claims = self.places.claims(self.expiry_s)
        self._job: tuple[tuple[int, int], Job] | None = None

    def run(self) -> int:
        """Work until all shards are finished or have failed; how many were made here.

        Raises NoJobError.
        """
        made = 0
        while True:
            job = self._read_job()
            left = [shard for shard in job.shards if not self._is_over(shard.name)]
            if not left:
                return made
            taken = self._take(left)
            if taken is None:
                self.sleep(POLL_S)
                continue
            made += self._work(job, *taken)

    def _read_job(self) -> Job:
        """The job, read again only when a build has put another there: it may be large."""
        try:
            found = self.places.job.stat()
        except OSError:
            return read_job(self.places)
        version = found.st_mtime_ns, found.st_ino
        if self._job is None or self._job[0] != version:
            self._job = version, read_job(self.places)
        return self._job[1]

    def _is_over(self, name: str) -> bool:
        return self.places.store.has(name) or self.places.failure(name).exists()

    def _take(self, shards: list[Shard]) -> tuple[Shard, Claim] | None:
        """The first shard that is free, claimed."""
        claims = self._claims.all()
        for shard in shards:
            before = claims.get(shard.name)
            if self._claims.is_free(shard.name, before):
                claim = self._claims.take(shard.name, before)
                if claim is not None:
                    return shard, claim
        return None

    def _work(self, job: Job, shard: Shard, claim: Claim) -> bool:
        """Make a claimed shard; whether it is finished."""
        if self.places.store.has(shard.name):  # finished since the last look
            self._claims.forget(shard.name)
            return False
        if claim.barren >= MOST_BARREN:
            self._fail(shard, _BARREN.format(claim.barren))
            return False
        heart = Heart(self._claims, shard.name, claim)
        try:
            with heart:
                self._try(job, shard, heart)
        except ClaimLostError:
            self.say(f"shard {shard.name}: another worker has taken it over")
            return False
        except BaseException:
            self._claims.release(shard.name, heart.claim)
            raise
        if not self.places.store.has(shard.name):
            self._claims.release(shard.name, heart.claim)
            return False
        self._claims.forget(shard.name)
        self.say(f"shard {shard.name}: {len(shard.notes)} notes")
        return True

    def _try(self, job: Job, shard: Shard, heart: Heart) -> None:
        """Make the shard, several times if need be; what is wrong then is left for all to see."""
        problem = ""
        for _ in range(MOST_TRIES):
            try:
                self.make(job, shard, heart.claim.number, heart.move)
            except (RenderError, RuntimeError) as error:  # RuntimeError: those of PyTorch
                problem = str(error)
                self.say(f"shard {shard.name}: {problem}")
                if isinstance(error, GenerationError):  # has been tried again already
                    break
            else:
                return
        self._fail(shard, problem)

    def _fail(self, shard: Shard, problem: str) -> None:
        put_json(self.places.failure(shard.name), {"problem": problem})
