"""Has a job done by a crew, tells how far it is, and stops when it is done or cannot be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from audio_pipeline.nsynth.job.checking import GenerationError
from audio_pipeline.nsynth.job.crew import Crew
from audio_pipeline.nsynth.job.files import read_json
from audio_pipeline.nsynth.job.meter import Meter
from audio_pipeline.nsynth.job.probe import Probe

POLL_S = 0.5


@dataclass(frozen=True)
class Conductor:
    """Watches over one job."""

    meter: Meter
    crew: Crew
    tell: Callable[[str], None]  # a line that says how far it is
    sleep: Callable[[float], None] = time.sleep

    def run(self, probe: Probe | None) -> None:
        """Until all shards are there. Raises GenerationError, WorkerError."""
        self.crew.start(probe)
        try:
            while self.meter.unfinished():
                self._fail_if_hopeless()
                self.crew.tend()
                self.tell(self.meter.line(self.meter.amount()))
                self.sleep(POLL_S)
        finally:
            self.crew.stop()

    def _fail_if_hopeless(self) -> None:
        """A shard that has failed fails the job, as there can be no pack without it."""
        for shard in self.meter.unfinished():
            failure = read_json(self.meter.places.failure(shard.name))
            if failure is not None:
                raise GenerationError(str(failure.get("problem")))
