"""Where the pad is played: follows the finger with a little smoothing, never past it."""

from __future__ import annotations

import math

_ARRIVED = 1e-4  # of the pad; a step this small is far below hearing


class PadPosition:
    """A point (x, y) in 0..1 that glides towards its target with a time constant."""

    def __init__(self, x: float, y: float, smoothing_s: float) -> None:
        self.x, self.y = x, y
        self.target_x, self.target_y = x, y
        self._smoothing_s = smoothing_s

    def aim(self, x: float | None = None, y: float | None = None) -> None:
        """Set a new target; a coordinate left out stays; values outside 0..1 are clamped."""
        if x is not None:
            self.target_x = min(max(x, 0.0), 1.0)
        if y is not None:
            self.target_y = min(max(y, 0.0), 1.0)

    def jump(self) -> None:
        """Be at the target at once: for when nothing sounds that could click."""
        self.x, self.y = self.target_x, self.target_y

    def glide(self, passed_s: float) -> None:
        """Move on by a span of time."""
        if self._smoothing_s <= 0 or self._distance() < _ARRIVED:
            self.jump()
            return
        part = 1 - math.exp(-passed_s / self._smoothing_s)
        self.x += (self.target_x - self.x) * part
        self.y += (self.target_y - self.y) * part

    def _distance(self) -> float:
        return max(abs(self.target_x - self.x), abs(self.target_y - self.y))
