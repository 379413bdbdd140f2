"""How far a job is: from finished shards and what claims tell, whoever works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from audio_pipeline.nsynth.job.files import Identity
from audio_pipeline.nsynth.job.job_file import Job, Places
from audio_pipeline.nsynth.job.meter import Amount, Meter


class Clock:
    """Stands still until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def finish(places: Places, job: Job, index: int) -> None:
    codes = np.zeros((2, 4), np.uint8)
    places.store.keep(job.shards[index].name, ["a", "b"], codes)


def test_finished_shards_and_claims_count(
    places: Places, make_job: Callable[..., Job], gone_process: int
) -> None:
    job = make_job(shards=4, notes=2, frames=10)
    meter = Meter(places, job, 64)
    assert meter.notes == 8
    assert meter.amount() == Amount(0, 0, 0)
    finish(places, job, 0)
    mine, dead = places.claims(), places.claims()
    dead.me = replace(Identity.own(), process=gone_process)
    claim = mine.take(job.shards[1].name, None)
    assert claim is not None
    mine.beat(job.shards[1].name, replace(claim, frames=7))
    claim = dead.take(job.shards[2].name, None)
    assert claim is not None
    dead.beat(job.shards[2].name, replace(claim, frames=5))
    assert meter.amount() == Amount(notes=2, frames=20 + 7 + 5, workers=1)
    assert [shard.name for shard in meter.unfinished()] == [s.name for s in job.shards[1:]]


def test_the_speed_counts_from_when_work_begins(
    places: Places, make_job: Callable[..., Job]
) -> None:
    clock = Clock()
    job = make_job(shards=4, notes=2, frames=10)
    meter = Meter(places, job, 64, clock)
    meter.amount()
    clock.now_s = 100.0  # workers load the model
    assert meter.line(meter.amount()) == "  0 %  0/8 notes, 0 samples/s, ? left, 0 at work"
    clock.now_s = 104.0
    finish(places, job, 0)
    meter.amount()
    assert meter.samples_per_s() == pytest.approx(20 * 64 / 4)
    clock.now_s = 108.0
    finish(places, job, 1)
    line = meter.line(meter.amount())
    assert line == " 50 %  4/8 notes, 320 samples/s, 8 s left, 0 at work"


def test_the_speed_is_that_of_the_last_minutes(
    places: Places, make_job: Callable[..., Job]
) -> None:
    clock = Clock()
    job = make_job(shards=4, notes=2, frames=10)
    meter = Meter(places, job, 64, clock)
    meter.amount()
    clock.now_s = 10.0
    finish(places, job, 0)
    meter.amount()
    clock.now_s = 1000.0
    meter.amount()
    clock.now_s = 1100.0
    finish(places, job, 1)
    meter.amount()
    assert meter.samples_per_s() == pytest.approx(20 * 64 / 100)
