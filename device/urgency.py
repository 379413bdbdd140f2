"""Real-time priority for threads of Python that stand between a key and its sound."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

BELOW_AUDIO = 10  # the audio thread comes first, whatever Python does


def be_urgent(priority: int) -> bool:
    """Run this thread under SCHED_FIFO at 1..99; False if the system does not allow it."""
    if priority < 1 or not hasattr(os, "sched_setscheduler"):
        return False
    try:
        os.sched_setscheduler(threading.get_native_id(), os.SCHED_FIFO, os.sched_param(priority))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def urgent(priority: int) -> Iterator[bool]:
    """The same for the time of a with block; other threads that it starts are not urgent."""
    is_urgent = be_urgent(priority)
    try:
        yield is_urgent
    finally:
        if is_urgent:
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_OTHER, os.sched_param(0))
