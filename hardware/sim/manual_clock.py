"""A clock that goes on only when told: time for simulations and tests."""

from __future__ import annotations


class ManualClock:
    """Implements interfaces.Clock."""

    def __init__(self, now_s: float = 100.0) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        """Seconds, as far as the clock was advanced."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Let time go by; this can stand in for time.sleep."""
        self._now_s += seconds
