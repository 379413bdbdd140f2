"""The `status` stage of latentpad-render: how far a build is, asked from anywhere."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from audio_pipeline.errors import SettingsError
from audio_pipeline.progress import duration
from audio_pipeline.status import Seen, read_status

DESCRIPTION = """\
Tells how far a build is, and whether it is alive. PLACE is its pack, or its workspace. Exit
status: 0 it runs or is finished, 1 it is dead, was stopped or has failed, 2 there is none."""


def add_parser(stages: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser(
        "status",
        help="how far a build is, from another terminal",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("place", metavar="PLACE", type=Path, help="PACK, or the workspace")


def run(options: argparse.Namespace) -> int:
    """Print the status."""
    place: Path = options.place
    for workspace in (place, place.with_name(f".{place.name}.work")):
        seen = read_status(workspace, _is_gone)
        if seen is not None:
            print(words(seen, time.time()))
            return 0 if seen.state in ("running", "finished") else 1
    raise SettingsError(f"{place}: no build has its workspace there")


def words(seen: Seen, now: float) -> str:
    """The status for people."""
    who = f"process {seen.process} on {seen.host}"
    said = f"{duration(max(0, now - seen.updated))} ago"
    lines = {
        "running": f"running for {duration(max(0, now - seen.begun))}: {who}, last heard {said}",
        "finished": f"finished {said}",
        "stopped": f"stopped {said}; run the same command again to go on",
        "failed": f"failed {said}: {seen.error}",
        "dead": f"dead: {who} is no more, last heard {said}; run the same command again to go on",
    }
    return f"{seen.words}\n{lines.get(seen.state, seen.state)}"


def _is_gone(process: int) -> bool:
    if sys.platform == "win32":  # there os.kill would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
