"""How long this machine and this process have been running, to tell how fast the start was."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from device.view import Playable

STAT = Path("/proc/self/stat")
START_FIELD = 22  # of proc_pid_stat(5), from 1: the start of the process, in clock ticks

Uptime = Callable[[], Playable]
"""What time it is since the kernel and since the process started, in seconds."""


def uptime() -> Playable:
    """Both times now; on systems that do not tell, since the earliest that is known.

    The kernel's counts sleep, too (CLOCK_BOOTTIME). The process is the one that the service manager
    started: a launcher that became this program is part of it.
    """
    kernel_s = time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    started_s = _process_start_s()
    return Playable(kernel_s, time.process_time() if started_s is None else kernel_s - started_s)


def _process_start_s(stat: Path = STAT) -> float | None:
    """Since the kernel started."""
    try:
        after_name = stat.read_text().rpartition(")")[2].split()  # fields from 3 on
        return int(after_name[START_FIELD - 3]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None
