"""Watches one part of the hardware: when it counts as faulty, when to try it, when it is well.

A single bad reading is forgiven, as cables pick up noise; a part that fails for FORGIVEN_S is told
of as faulty, and from then on tried only every RETRY_S so that the others are not kept waiting.
"""

from __future__ import annotations

from collections.abc import Callable

from device.events import Event, Fault, FaultCleared
from hardware.errors import HardwareError

FORGIVEN_S = 0.1
RETRY_S = 0.5
RETELL_S = 10.0  # some errors are of one kind, but every time in other words


class PartWatch:
    """The health of one part."""

    def __init__(self, part: str, post: Callable[[Event], None]) -> None:
        self._part, self._post = part, post
        self._failing_since_s: float | None = None
        self._told = ""
        self._told_kind: type[HardwareError] | None = None
        self._retell_s = 0.0

    @property
    def is_faulty(self) -> bool:
        """It has been told of as faulty."""
        return bool(self._told)

    def worked(self) -> None:
        """The part did what it should."""
        self._failing_since_s = None
        if self._told:
            self._told = ""
            self._post(FaultCleared(self._part))

    def failed(self, error: HardwareError, now_s: float) -> bool:
        """It did not. True if it has just become faulty: whatever it held must be let go."""
        if self._failing_since_s is None:
            self._failing_since_s = now_s
        if now_s - self._failing_since_s < FORGIVEN_S or not self._is_news(error, now_s):
            return False
        became_faulty = not self._told
        self._told, self._told_kind = str(error), type(error)
        self._retell_s = now_s + RETELL_S
        self._post(Fault(self._part, self._told))
        return became_faulty

    def _is_news(self, error: HardwareError, now_s: float) -> bool:
        if not self._told or type(error) is not self._told_kind:
            return True
        return str(error) != self._told and now_s >= self._retell_s

    def next_try_s(self, now_s: float, period_s: float) -> float:
        """When to use the part again, which is used every period_s while it works."""
        return now_s + (RETRY_S if self._told else period_s)
