"""Waiting for what the kernel does in its own time, with a limit that only a fault reaches."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT_S = 60.0
PAUSE_S = 0.02


def wait_for(what: str, is_so: Callable[[], object]) -> None:
    """Return when it is so; raises TimeoutError, naming what was waited for."""
    deadline_s = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {LIMIT_S:g} s for {what}")
        time.sleep(PAUSE_S)
