"""What a worker process runs: the same on this machine, in a Ray cluster and in a Slurm array."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from audio_pipeline.nsynth.job.claims import EXPIRY_S
from audio_pipeline.nsynth.job.job_file import Job, NoJobError, Places, Shard, read_job
from audio_pipeline.nsynth.job.model_copy import load_copy
from audio_pipeline.nsynth.job.worker import POLL_S, Worker

STOPPED = 143  # what shells report after SIGTERM


def work(
    workspace: Path,
    device: str = "auto",
    *,
    wait_s: float = 0.0,
    expiry_s: float = EXPIRY_S,
    say: Callable[[str], None] = print,
) -> int:
    """Work on the job of a workspace until nothing is left; how many shards were made.

    Waits up to `wait_s` for there to be a job. Raises NoJobError, ModelError, DeviceError.
    """
    places = Places(workspace)
    _wait_for_job(places, wait_s)
    return Worker(places, _Shards(places, device).make, expiry_s, say=say).run()


class _Shards:
    """Makes shards of whatever job is there; the model is loaded when first needed."""

    def __init__(self, places: Places, device: str) -> None:
        self._places, self._device = places, device
        self._maker: object | None = None

    def make(self, job: Job, shard: Shard, claim: int, on_frames: Callable[[int], None]) -> None:
        """See MakeShard."""
        from audio_pipeline.nsynth.job.making import Maker

        if not isinstance(self._maker, Maker) or self._maker.job.manner != job.manner:
            model = load_copy(self._places, job.manner.model_id)
            self._maker = Maker(self._places, job, model, self._device)
        self._maker.make(shard, claim, on_frames)


def _wait_for_job(places: Places, wait_s: float) -> None:
    until_s = time.monotonic() + wait_s
    while True:
        try:
            read_job(places)
        except NoJobError:
            if time.monotonic() >= until_s:
                raise
            time.sleep(POLL_S)
        else:
            return


def stop_on_signal() -> None:
    """On SIGTERM leave in order: the shard's claim is released."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(STOPPED)

    signal.signal(signal.SIGTERM, leave)


def tie_to_parent() -> None:
    """Leave when the parent does, however it ends: its end of our standard input closes then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
