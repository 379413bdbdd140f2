"""Confirms that the release which the launcher chose has started, so that it stays."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sdcard.releases.choice import BASE, confirmed, taken_back
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.errors import ChoiceDamagedError
from sdcard.releases.launcher import RELEASE_VARIABLE
from sdcard.releases.places import Places

SAFE_OPTION = "--safe"
PID_VARIABLE = "MAINPID"
"""The service's main process; systemd.exec(5) sets it for ExecStartPost= too."""


@dataclass(frozen=True)
class Running:
    """What a process of the service is."""

    version: str  # that the launcher chose
    is_safe: bool  # it is in safe mode, where the base stands in


def read_running(pid: str, proc: Path = Path("/proc")) -> Running:
    """Read it from /proc (proc(5)); raises OSError."""
    folder = proc / str(int(pid))
    environ = (folder / "environ").read_bytes().split(b"\0")
    prefix = f"{RELEASE_VARIABLE}=".encode()
    versions = [one.removeprefix(prefix) for one in environ if one.startswith(prefix)]
    arguments = (folder / "cmdline").read_bytes().split(b"\0")
    version = versions[0].decode("utf-8", "replace") if versions else BASE
    return Running(version, SAFE_OPTION.encode() in arguments)


def confirm(places: Places, running: Running) -> None:
    """Store that it runs. Raises OSError and ChoiceDamagedError; it then counts as an attempt."""
    before = read_choice(places.choice)
    change = taken_back if running.is_safe else confirmed
    after = change(before, running.version)
    if after != before:
        write_choice(after, places.choice)


def confirm_start(places: Places, environ: Mapping[str, str]) -> int:
    """The exit code is 0 in any case: an instrument that plays is not stopped for this."""
    try:
        confirm(places, read_running(environ.get(PID_VARIABLE, "")))
    except (OSError, ValueError, ChoiceDamagedError) as error:
        print(f"latentpad-card: the start is not confirmed: {error}", file=sys.stderr)
    return 0
