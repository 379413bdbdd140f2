"""Runs compilers, pip and apt: found, shown nothing of this user, and their errors typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sdcard.system.errors import EnvironmentBuildError, ToolMissingError

SAID = 1500  # characters of a failed tool's last words


def find(program: str, package: str) -> str:
    """Its path. Raises ToolMissingError, which names Debian's package."""
    path = shutil.which(program)
    if path is None:
        raise ToolMissingError(f"{program}: not installed; apt-get install {package}")
    return path


def run(
    words: Sequence[str | Path],
    error: type[EnvironmentBuildError],
    *,
    extra: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a command with `extra` in its environment; `error` if it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(extra or {})},
    )  # fmt: skip
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).decode(errors="replace")
        raise error(f"{Path(str(words[0])).name}: exit status {done.returncode}: {said[-SAID:]}")
    return done.stdout.decode(errors="replace")
