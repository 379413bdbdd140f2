"""Starts the instrument again, and waits until it is known which release it runs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from sdcard.releases.choice_file import read_choice
from sdcard.releases.errors import ChoiceDamagedError, RestartError
from sdcard.releases.places import Places

SERVICE = "latentpad.service"
LIMIT_S = 240.0
"""For the self-tests of both releases, two attempts, and the pauses that systemd makes."""

_LOOK_S = 0.5
CHOSEN, REFUSED, UNKNOWN = "chosen", "refused", "unknown"


@dataclass(frozen=True)
class Outcome:
    """What became of a release that was put on."""

    version: str
    word: str  # CHOSEN, REFUSED or UNKNOWN
    reason: str = ""

    def __str__(self) -> str:
        if self.word == CHOSEN:
            return f"the instrument runs release {self.version}"
        if self.word == REFUSED:
            return f"release {self.version} refused: {self.reason}; the one before runs"
        return f"release {self.version}: {self.reason}"


def restart(
    version: str,
    places: Places,
    limit_s: float = LIMIT_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Start the service again and tell what it made of the trial. Raises RestartError."""
    done = _run_systemctl()
    end_s = time.monotonic() + limit_s
    while (outcome := look(version, places)).word == UNKNOWN and time.monotonic() < end_s:
        sleep(_LOOK_S)
    if outcome.word == UNKNOWN and done.returncode:
        raise RestartError(f"{SERVICE}: does not start: {' '.join(done.stderr.split())}")
    return outcome


def _run_systemctl() -> subprocess.CompletedProcess[str]:
    """It waits until the service has started or failed (the first attempt may)."""
    try:
        return subprocess.run(
            ["systemctl", "restart", SERVICE], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except OSError as error:
        raise RestartError(f"systemctl: cannot be run: {error.strerror}") from error


def look(version: str, places: Places) -> Outcome:
    """What is known by now."""
    try:
        choice = read_choice(places.choice)
    except ChoiceDamagedError as error:
        return Outcome(version, UNKNOWN, str(error))
    if choice.refusal is not None and choice.refusal.version == version:
        return Outcome(version, REFUSED, choice.refusal.reason)
    if choice.current == version and choice.attempt is None:
        return Outcome(version, CHOSEN)
    return Outcome(version, UNKNOWN, "it has not started yet; see `latentpad-card releases` later")
