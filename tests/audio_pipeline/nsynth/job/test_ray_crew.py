"""A Ray cluster on this machine: its workers do the job, also when one is killed at it."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from collections.abc import Callable

import pytest

from audio_pipeline.errors import SettingsError, WorkerError
from audio_pipeline.nsynth.job.conducting import Conductor
from audio_pipeline.nsynth.job.job_file import Job, Places
from audio_pipeline.nsynth.job.meter import Meter
from audio_pipeline.nsynth.job.probe import ProbeRequest
from audio_pipeline.nsynth.job.ray_crew import RayCrew

HAS_RAY = importlib.util.find_spec("ray") is not None


@pytest.mark.skipif(not HAS_RAY, reason="the cluster extra (Ray) is not installed")
def test_a_cluster_does_a_job_although_a_worker_is_killed(
    places: Places, make_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # no token is left in the home directory
    job = make_job(shards=2, notes=2, frames=40)
    crew, killed = RayCrew(places.workspace, "local", 2), []

    def kill_one(_: str) -> None:
        """Kill the first that has finished a frame, before all are finished."""
        for claim in places.claims().all().values():
            if not killed and claim.worker.process and any(places.unfinished.glob("*.part")):
                os.kill(claim.worker.process, signal.SIGKILL)
                killed.append(claim.worker.process)

    try:
        found = crew.probe(ProbeRequest(places.model(job.manner.model_id), "auto", 4, 2))
        assert found is not None
        assert (found.kind, found.workers, found.batch) == ("cpu", 2, 2)
        pace = lambda _: time.sleep(0.01)  # noqa: E731 - only yields the processor
        Conductor(Meter(places, job, 64), crew, kill_one, pace).run(found)
    finally:
        crew.stop()
    assert len(killed) == 1
    assert len(places.store.notes()) == 4
    assert places.store.remove_damaged() == 0


def test_a_wrong_address_is_named(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="--cluster elsewhere"):
        RayCrew(places.workspace, "elsewhere", 2)


@pytest.mark.skipif(not HAS_RAY, reason="the cluster extra (Ray) is not installed")
def test_a_cluster_that_is_not_there_is_an_error(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("nobody answers")

    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(WorkerError, match="nobody answers"):
        RayCrew(places.workspace, "ray://10.0.0.1:10001", 2)


def test_without_ray_the_missing_package_is_told(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError) as caught:
        RayCrew(places.workspace, "local", 2)
    assert caught.value.name == "ray"
