"""How fast a page may talk: a budget of messages that refills evenly, so that none is lost."""

from __future__ import annotations

RATE_HZ = 400.0  # two hands on one page make fewer than 200 messages a second
BURST = 200


class Budget:
    """Tells how long to wait before the next message is taken: waiting holds the sender up."""

    def __init__(self, rate_hz: float = RATE_HZ, burst: int = BURST) -> None:
        self._rate_hz, self._burst = rate_hz, burst
        self._left, self._last_s = float(burst), 0.0

    def wait_s(self, now_s: float) -> float:
        """Take one message at now_s; the seconds to wait until it is paid for, mostly 0."""
        refill = max(now_s - self._last_s, 0.0) * self._rate_hz
        self._left = min(self._left + refill, float(self._burst)) - 1
        self._last_s = now_s
        return max(-self._left / self._rate_hz, 0.0)
