"""Who does the work: processes on this machine, or workers that others start."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from audio_pipeline.errors import WorkerError
from audio_pipeline.nsynth.job.job_file import Places
from audio_pipeline.nsynth.job.probe import Probe, ProbeRequest

MOST_RESTARTS = 3  # of one process, before the job is given up
LOG_LINES = 5
_STOP_S = 20.0


class Crew(Protocol):
    """Workers on one job, wherever they run."""

    def probe(self, request: ProbeRequest) -> Probe | None:
        """Try the batch where the work is going to be done; None if that is not in our hands."""

    def start(self, probe: Probe | None) -> None:
        """Let them begin: the job is there."""

    def tend(self) -> None:
        """Called again and again: replaces workers that ended. Raises WorkerError."""

    def stop(self) -> None:
        """End those that are still at it."""


class Others:
    """Workers that somebody else starts, as a Slurm array: here they are only waited for."""

    def probe(self, request: ProbeRequest) -> Probe | None:
        """See Crew."""
        return None

    def start(self, probe: Probe | None) -> None:
        """See Crew."""

    def tend(self) -> None:
        """See Crew."""

    def stop(self) -> None:
        """See Crew."""


@dataclass
class _Member:
    """One process, and how often it has been started again."""

    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0


@dataclass
class LocalCrew:
    """A process per graphics card, or several on the processors."""

    places: Places
    _members: list[_Member] = field(default_factory=list)
    _kind: str = "cpu"

    def probe(self, request: ProbeRequest) -> Probe | None:
        """See Crew; in a process of its own, so that the device is free again afterwards."""
        values = {**asdict(request), "model": str(request.model)}
        command = [*_command(self.places), "--probe", json.dumps(values)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            words = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise WorkerError(words[0].removeprefix("latentpad-render: error: "))
        return Probe(**json.loads(done.stdout.strip().splitlines()[-1]))

    def start(self, probe: Probe | None) -> None:
        """See Crew."""
        assert probe is not None
        self._kind = probe.kind
        self.places.logs.mkdir(parents=True, exist_ok=True)
        for number in range(probe.workers):
            environment = {**os.environ}
            if probe.kind == "cuda":
                environment["CUDA_VISIBLE_DEVICES"] = _card(number)
            member = _Member(self.places.logs / f"worker-{number}.log", environment)
            self._members.append(member)
            self._launch(member)

    def tend(self) -> None:
        """See Crew: the claims of those who died are free at once, so others may have them."""
        for member in self._members:
            code = member.process.poll() if member.process else 0
            if code in (None, 0):
                continue
            member.restarts += 1
            if member.restarts > MOST_RESTARTS:
                raise WorkerError(
                    f"a generating process ended by itself again and again (exit code {code}); "
                    f"finished frames are kept. {member.log} ends with: {_end(member.log)}"
                )
            self._launch(member)

    def stop(self) -> None:
        """See Crew: they release their claims."""
        running = [m.process for m in self._members if m.process and m.process.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for member in self._members:
            if member.process and member.process.stdin:
                with contextlib.suppress(OSError):
                    member.process.stdin.close()
        self._members.clear()

    @property
    def processes(self) -> list[int]:
        """Their process ids."""
        return [member.process.pid for member in self._members if member.process]

    def _launch(self, member: _Member) -> None:
        command = [*_command(self.places), "--device", self._kind, "--tied"]
        with member.log.open("ab") as log:
            member.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=member.environment
            )


def _command(places: Places) -> list[str]:
    return [sys.executable, "-m", "audio_pipeline", "work", str(places.workspace)]


def _card(number: int) -> str:
    """The graphics card of a worker, among those that we may use."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return allowed.split(",")[number] if allowed else str(number)


def _end(log: Path) -> str:
    with contextlib.suppress(OSError):
        return " / ".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
    return ""
