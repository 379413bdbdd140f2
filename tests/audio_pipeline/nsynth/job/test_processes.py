"""Real processes on a build: crews, kills at any moment, workers from elsewhere, the commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audio_pipeline.__main__ import main
from audio_pipeline.errors import WorkerError
from audio_pipeline.nsynth.job import conducting, crew, slurm
from audio_pipeline.nsynth.job.crew import MOST_RESTARTS, LocalCrew
from audio_pipeline.nsynth.job.files import Identity
from audio_pipeline.nsynth.job.job_file import Job, Places
from audio_pipeline.nsynth.job.probe import Probe, ProbeRequest
from device.pack import verify_pack

if TYPE_CHECKING:
    from workshop import Workshop


def wait_until(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.002)  # only yields the processor


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.fixture
def arguments(workshop: Workshop, model_file: Path) -> Callable[..., list[str]]:
    """The command line of a build of 2 x 2 cells at one pitch, 0.15 s long."""
    notes = workshop.write_notes(pitches=[60], rate_hz=16_000, length_s=0.15)

    def make(pack: str, *more: str) -> list[str]:
        place = workshop.path / f"{pack}.work"
        return ["build", str(notes), "-o", str(workshop.path / pack), "--renderer", "nsynth",
                "--model", str(model_file), "--grid", "2", "--length-s", "0.2", "--name", "It",
                "--jobs", "1", "--workers", "2", "--workspace", str(place), *more]  # fmt: skip

    return make


def test_a_build_is_killed_and_gone_on_with(
    workshop: Workshop,
    arguments: Callable[..., list[str]],
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    from workshop import tree

    places = Places(workshop.path / "p.work")
    command = [sys.executable, "-m", "audio_pipeline", *arguments("p")]
    build = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL)
    wait_until(
        lambda: any(path.stat().st_size > 2_000 for path in places.unfinished.glob("*.part"))
    )
    workers = [claim.worker for claim in places.claims().all().values()]
    os.kill(build.pid, signal.SIGKILL)
    build.wait()
    assert workers
    own = Identity.own()
    wait_until(lambda: all(own.knows_gone(worker) for worker in workers))  # they leave, too
    assert main(["status", str(workshop.path / "p.work")]) == 1
    assert "dead: process " in capsys.readouterr().out
    kept = max(path.stat().st_size for path in places.unfinished.glob("*.part"))
    assert kept > 2_000

    assert main(arguments("p")) == 0
    said = capsys.readouterr().out
    assert "4 notes of 0.15 s to generate, in 2 batches of up to 2" in said
    assert "2 x the CPU: " in said
    assert "notes are generated" in said
    assert main(["status", str(workshop.path / "p.work")]) == 0
    assert "finished" in capsys.readouterr().out
    assert verify_pack(workshop.path / "p").problems == ()
    assert main(["check", str(workshop.path / "p"), "--json"]) in (0, 1)  # judged, good or bad
    gates = {gate["gate"]: gate for gate in json.loads(capsys.readouterr().out)["gates"]}
    for name in ("not_finite worst", "length_off worst", "peak worst"):
        assert gates[name]["status"] == "PASS"

    request.getfixturevalue("in_this_process")
    assert main(arguments("q", "--batch", "3")) == 0
    assert tree(workshop.path / "p") == tree(workshop.path / "q")


def test_a_worker_that_is_killed_is_replaced(
    workshop: Workshop, arguments: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    places, tend = Places(workshop.path / "p.work"), LocalCrew.tend

    def kill_then_tend(self: LocalCrew) -> None:
        if not killed and any(places.unfinished.glob("*.part")):
            killed.extend(self.processes[:1])
            os.kill(killed[0], signal.SIGKILL)
        tend(self)

    monkeypatch.setattr(LocalCrew, "tend", kill_then_tend)
    monkeypatch.setattr(conducting, "POLL_S", 0.01)
    assert main(arguments("p", "--workers", "1")) == 0
    assert len(killed) == 1
    assert verify_pack(workshop.path / "p").problems == ()


def test_an_array_of_workers_does_what_a_build_waits_for(
    workshop: Workshop, arguments: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    script = slurm.array_script(workshop.path / "p.work", 2, "cpu")
    tasks = [
        subprocess.Popen(["bash", "-c", script], env=environment(), stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert main(arguments("p", "--workers", "0", "--batch", "2")) == 0
    assert "waiting for workers: latentpad-render work " in capsys.readouterr().out
    said = b"".join(task.communicate(timeout=60)[0] for task in tasks)
    assert [task.returncode for task in tasks] == [0, 0]
    assert said.count(b": 2 notes\n") == 2
    assert verify_pack(workshop.path / "p").problems == ()


def test_work_without_a_job_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["work", str(tmp_path)]) == 2
    finally:
        signal.signal(signal.SIGTERM, old)
    assert "holds no generation job" in capsys.readouterr().err


def test_a_crew_whose_workers_always_end_gives_up(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = [sys.executable, "-c", "print('out of luck', flush=True); raise SystemExit(3)", "--"]
    monkeypatch.setattr(crew, "_command", lambda _: program)
    local = LocalCrew(places)
    local.start(Probe("cpu", "the CPU", 1, 1, 1.0, 1))
    try:
        for _ in range(MOST_RESTARTS):
            wait_until(lambda: local._members[0].process.poll() is not None)  # type: ignore[union-attr]
            local.tend()
        wait_until(lambda: local._members[0].process.poll() is not None)  # type: ignore[union-attr]
        with pytest.raises(WorkerError, match=r"exit code 3\).*out of luck"):
            local.tend()
    finally:
        local.stop()


def test_workers_release_their_shards_when_told_to_stop(
    places: Places, make_job: Callable[..., Job]
) -> None:
    job = make_job(shards=1, notes=2, frames=2_000)
    local = LocalCrew(places)
    local.start(Probe("cpu", "the CPU", 1, 2, 1.0, 1))
    wait_until(lambda: any(path.stat().st_size for path in places.unfinished.glob("*.part")))
    local.stop()
    assert places.claims().all()[job.shards[0].name].released


def test_what_is_wrong_with_a_probe_is_told(places: Places, tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"none\.safetensors: cannot be read"):
        LocalCrew(places).probe(ProbeRequest(tmp_path / "none.safetensors", "cpu", 1, 1))


def test_each_graphics_card_has_a_worker(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "import os, sys; print(os.environ['CUDA_VISIBLE_DEVICES'], sys.argv[1:])"
    monkeypatch.setattr(crew, "_command", lambda _: [sys.executable, "-c", said])
    for allowed, cards in (("", ["0", "1"]), ("4,GPU-7", ["4", "GPU-7"])):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", allowed)
        local = LocalCrew(places)
        local.start(Probe("cuda", "card", 2, 1, 1.0, 1))
        for member in local._members:
            assert member.process is not None
            member.process.wait()
        logs = [member.log.read_text().splitlines()[-1] for member in local._members]
        assert logs == [f"{card} ['--device', 'cuda', '--tied']" for card in cards]
        local.stop()
