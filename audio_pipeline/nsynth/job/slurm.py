"""A script that makes a Slurm array work on a job: every task is a worker like any other."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from audio_pipeline.errors import SettingsError

SCRIPT = """\
#!/bin/bash
#SBATCH --job-name=latentpad
#SBATCH --array=1-{workers}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={processors}
{cards}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={log}
# Begin the build first, with --workers 0 and this workspace; its file system must be shared.
# Tasks may be killed, requeued and added at any time: batches are claimed one by one, and what
# was left unfinished is gone on with.
exec {python} -m audio_pipeline work {workspace} --device {device} --wait 3600
"""


def array_script(workspace: Path, workers: int, device: str) -> str:
    """For sbatch. Raises SettingsError."""
    if workers < 1:
        raise SettingsError(f"--slurm {workers}: must be at least 1")
    place = workspace.resolve()
    return SCRIPT.format(
        workers=workers,
        processors=1 if device == "cpu" else 4,
        cards="" if device == "cpu" else "#SBATCH --gpus-per-task=1\n",
        log=place / "slurm-%A-%a.log",
        python=shlex.quote(sys.executable),
        workspace=shlex.quote(str(place)),
        device=device,
    )
