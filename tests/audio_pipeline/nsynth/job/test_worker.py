"""Workers on a queue of shards: each made once, whoever fails, dies or is taken for dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.job.checking import GenerationError
from audio_pipeline.nsynth.job.files import Identity, read_json
from audio_pipeline.nsynth.job.heart import ClaimLostError
from audio_pipeline.nsynth.job.job_file import Job, NoJobError, Places, Shard
from audio_pipeline.nsynth.job.worker import MOST_BARREN, MOST_TRIES, Worker

MakeJob = Callable[..., Job]


@dataclass
class Maker:
    """Stores shards without a model; does at some calls what it is told to."""

    places: Places
    events: dict[int, Callable[[Shard, int], None]] = field(default_factory=dict)
    made: list[tuple[str, int]] = field(default_factory=list)

    def __call__(
        self, job: Job, shard: Shard, claim: int, on_frames: Callable[[int], None]
    ) -> None:
        self.made.append((shard.name, claim))
        self.events.get(len(self.made), lambda *_: None)(shard, claim)
        on_frames(1)
        codes = np.zeros((len(shard.notes), 4), np.uint8)
        self.places.store.keep(shard.name, [str(n) for n in range(len(shard.notes))], codes)


def worker(places: Places, maker: Maker, sleep: Callable[[float], None] | None = None) -> Worker:
    def never(_: float) -> None:
        raise AssertionError("there is nothing to wait for")

    return Worker(places, maker, sleep=sleep or never, say=lambda _: None)


def raises(error: BaseException) -> Callable[[Shard, int], None]:
    def act(_shard: Shard, _claim: int) -> None:
        raise error

    return act


def test_all_shards_are_made_once_and_leave_no_claims(places: Places, make_job: MakeJob) -> None:
    job, maker = make_job(shards=3), Maker(places)
    assert worker(places, maker).run() == 3
    assert maker.made == [(shard.name, 1) for shard in job.shards]
    assert places.claims().all() == {}
    assert worker(places, maker).run() == 0
    assert len(maker.made) == 3


def test_without_a_job_there_is_no_work(places: Places) -> None:
    with pytest.raises(NoJobError):
        worker(places, Maker(places)).run()


def test_a_shard_that_fails_is_tried_again(places: Places, make_job: MakeJob) -> None:
    make_job(shards=1)
    maker = Maker(places, {1: raises(RuntimeError("CUDA error")), 2: raises(RenderError("no"))})
    assert worker(places, maker).run() == 1
    assert len(maker.made) == 3


def test_a_shard_that_always_fails_is_left_with_the_reason(
    places: Places, make_job: MakeJob
) -> None:
    job = make_job(shards=2)
    maker = Maker(places, {n + 1: raises(RuntimeError("CUDA error")) for n in range(MOST_TRIES)})
    assert worker(places, maker).run() == 1
    assert len(maker.made) == MOST_TRIES + 1
    assert read_json(places.failure(job.shards[0].name)) == {"problem": "CUDA error"}
    assert places.claims().all()[job.shards[0].name].released  # whoever tries again need not wait


def test_bad_notes_are_not_tried_again_from_the_start(places: Places, make_job: MakeJob) -> None:
    job = make_job(shards=1)
    maker = Maker(places, {1: raises(GenerationError("silent"))})
    worker(places, maker).run()
    assert read_json(places.failure(job.shards[0].name)) == {"problem": "silent"}
    assert len(maker.made) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), ZeroDivisionError()])
def test_whoever_leaves_releases_the_shard(
    places: Places, make_job: MakeJob, error: BaseException
) -> None:
    make_job(shards=1)
    maker = Maker(places, {1: raises(error)})
    with pytest.raises(type(error)):
        worker(places, maker).run()
    (claim,) = places.claims().all().values()
    assert claim.released
    worker(places, maker).run()
    assert [number for _, number in maker.made] == [1, 2]


def test_whoever_is_taken_for_dead_stops(places: Places, make_job: MakeJob) -> None:
    job = make_job(shards=1)

    def is_taken_over(shard: Shard, _: int) -> None:
        others = places.claims()
        assert others.take(shard.name, others.all()[shard.name]) is not None
        raise ClaimLostError(shard.name)

    def finish(_: float) -> None:
        places.store.keep(job.shards[0].name, ["a", "b"], np.zeros((2, 4), np.uint8))

    maker = Maker(places, {1: is_taken_over})
    assert worker(places, maker, finish).run() == 0
    assert len(maker.made) == 1


def test_the_heart_tells_how_far_it_is_and_learns_of_a_takeover(
    places: Places, make_job: MakeJob
) -> None:
    job = make_job(shards=1)
    seen = []

    def work(_job: Job, shard: Shard, _claim: int, on_frames: Callable[[int], None]) -> None:
        claims = places.claims()
        on_frames(5)
        until = time.monotonic() + 20
        while claims.all()[shard.name].frames < 5 and time.monotonic() < until:
            time.sleep(0.005)  # only yields the processor: the heart beats in its own time
        seen.append(claims.all()[shard.name].frames)
        claims.take(shard.name, claims.all()[shard.name])
        try:
            while time.monotonic() < until:
                on_frames(6)
        except ClaimLostError:
            seen.append(0)
        places.store.keep(job.shards[0].name, ["a", "b"], np.zeros((2, 4), np.uint8))

    Worker(places, work, expiry_s=0.2, say=lambda _: None).run()
    assert seen == [5, 0]


def test_a_shard_that_kills_its_workers_is_given_up(
    places: Places, make_job: MakeJob, gone_process: int
) -> None:
    job = make_job(shards=1)
    dead = places.claims()
    dead.me = replace(Identity.own(), process=gone_process)
    claim = None
    for _ in range(MOST_BARREN):
        claim = dead.take(job.shards[0].name, claim)
    maker = Maker(places)
    worker(places, maker).run()
    assert maker.made == []
    failure = read_json(places.failure(job.shards[0].name))
    assert failure is not None
    assert "memory" in failure["problem"]


def test_a_shard_that_another_works_on_is_waited_for(places: Places, make_job: MakeJob) -> None:
    job = make_job(shards=2)
    first = job.shards[0].name
    far = places.claims()
    far.me = Identity("elsewhere", "another kernel", 1)
    far.take(first, None)
    sleeps = []

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) == 3:
            places.store.keep(first, ["a", "b"], np.zeros((2, 4), np.uint8))

    maker = Maker(places)
    assert worker(places, maker, sleep).run() == 1
    assert [name for name, _ in maker.made] == [job.shards[1].name]
    assert len(sleeps) == 3


SCRIPT = """
import os, sys, time
from pathlib import Path
import numpy as np
from audio_pipeline.nsynth.job.job_file import Places
from audio_pipeline.nsynth.job.worker import Worker
places, log = Places(Path(sys.argv[1])), sys.argv[2]
def note(words):
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{os.getpid()} {words}\\n".encode())
    os.close(descriptor)
def make(job, shard, claim, on_frames):
    on_frames(1)
    if claim == 1 and shard.name == job.shards[3].name:
        note("stays")
        time.sleep(1000)  # until it is killed
    places.store.keep(shard.name, ["a", "b"], np.zeros((2, 4), np.uint8))
    note(f"made {shard.name} {claim}")
Worker(places, make, expiry_s=30.0).run()
"""


def test_a_worker_is_killed_and_the_others_do_its_shard(
    places: Places, make_job: MakeJob, tmp_path: Path
) -> None:
    job, log = make_job(shards=8), tmp_path / "log"
    command = [sys.executable, "-c", SCRIPT, str(places.workspace), str(log)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    workers = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
               for _ in range(3)]  # fmt: skip

    def lines() -> list[list[str]]:
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    victims: list[int] = []
    while not victims:
        victims = [int(line[0]) for line in lines() if line[1] == "stays"]
        time.sleep(0.001)  # only yields the processor: the log says when
    os.kill(victims[0], signal.SIGKILL)
    codes = {process.pid: process.wait(60) for process in workers}
    assert codes.pop(victims[0]) == -signal.SIGKILL
    assert set(codes.values()) == {0}
    made = {line[2]: line[3] for line in lines() if line[1] == "made"}
    claims = ["2" if number == 3 else "1" for number in range(8)]  # the one after the dead one's
    assert made == {shard.name: claim for shard, claim in zip(job.shards, claims, strict=True)}
    assert len(lines()) == 1 + 8
