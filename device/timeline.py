"""Arrival times to output frames, at one constant delay.

The callback renders a block in a burst, so the frame counter is a staircase; its upper edge is
the straight line of the sound card's clock. The mixer tells when the latest block was begun: a
point on that line, or below it when the system was slow to call. So the highest offset seen
within a window is the line. It follows the drift between the two clocks, and a drop-out, within
the length of the window.

An event that arrives while a block is being played is given the same place in the next block to be
rendered: jitter of the block is gone, at the price of one block of delay.
"""

from __future__ import annotations

from collections import deque

WINDOW_S = 1.0


class Timeline:
    """Follows a running frame counter on the steady clock."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._highest: deque[tuple[float, float]] = deque()  # (time_s, offset), offsets falling

    def observe(self, frame: int, now_s: float) -> None:
        """The counter rose to `frame` at this time; once for each rise is enough."""
        offset = frame - now_s * self._rate_hz
        while self._highest and self._highest[-1][1] <= offset:
            self._highest.pop()
        self._highest.append((now_s, offset))
        while self._highest[0][0] < now_s - WINDOW_S:
            self._highest.popleft()

    def frame_at(self, time_s: float) -> int:
        """The output frame that belongs to a time; observe() must have been called before."""
        return round(time_s * self._rate_hz + self._highest[0][1])
