"""Waits for something to become true, up to a deadline; emulated machines keep no other time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TooLateError(AssertionError):
    """It did not become true in time."""


def wait_for(what: str, look: Callable[[], T], limit_s: float, every_s: float = 0.5) -> T:
    """The first answer of `look` that counts as true; raises TooLateError with the last one."""
    end_s = time.monotonic() + limit_s
    while not (answer := look()):
        if time.monotonic() > end_s:
            raise TooLateError(f"{what}: not within {limit_s:.0f} s, but {answer!r}")
        time.sleep(every_s)
    return answer
