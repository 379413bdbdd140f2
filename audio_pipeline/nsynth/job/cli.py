"""The `work` stage of latentpad-render: generates for a build that waits elsewhere."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

DESCRIPTION = """\
Generates notes for a build with --renderer nsynth, whose workspace all machines must see under
one path. Any number of workers may come and go: each takes batches that nobody works on, and
what one leaves unfinished another goes on with."""


def add_parser(stages: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser(
        "work",
        help="generate notes for a build on another machine",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("workspace", metavar="WORKSPACE", type=Path, help="as in build --workspace")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto",
        help="default auto: a graphics card if there is one")  # fmt: skip
    add("--wait", metavar="S", type=float, default=0.0,
        help="wait so many seconds for the build to begin")  # fmt: skip
    add("--slurm", metavar="N", type=int,
        help="print a Slurm script for N workers instead")  # fmt: skip
    add("--tied", action="store_true", help=argparse.SUPPRESS)  # ends with its parent
    add("--probe", metavar="JSON", help=argparse.SUPPRESS)  # tries a batch instead


def run(options: argparse.Namespace) -> int:
    """Work until nothing is left."""
    if options.slurm is not None:
        from audio_pipeline.nsynth.job.slurm import array_script

        print(array_script(options.workspace, options.slurm, options.device), end="")
        return 0
    if options.probe is not None:
        from audio_pipeline.nsynth.job.probe import ProbeRequest, probe

        values = json.loads(options.probe)
        print(json.dumps(asdict(probe(ProbeRequest(**{**values, "model": Path(values["model"])})))))
        return 0
    from audio_pipeline.nsynth.job.working import stop_on_signal, tie_to_parent, work

    stop_on_signal()
    if options.tied:
        tie_to_parent()
    made = work(options.workspace, options.device, wait_s=options.wait, say=_say)
    _say(f"nothing left to do; batches made here: {made}")
    return 0


def _say(words: str) -> None:
    print(words, flush=True)
