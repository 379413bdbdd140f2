"""Turns the steps of a touch panel into a smooth path of the finger.

A panel of 11 x 11 pads tells only which pad is touched: a finger that glides along makes steps of
a tenth of the pad. The path follows the steps as a critically damped spring does: its speed has no
jumps, and it never goes past the pad that is touched. The first touch is taken as it is.
"""

from __future__ import annotations

import math

ARRIVED = 5e-4  # of the pad


class TouchGlide:
    """Two coordinates that follow a finger with a time constant."""

    def __init__(self, smoothing_s: float) -> None:
        self._smoothing_s = smoothing_s
        self._place = (0.5, 0.5)
        self._speed = (0.0, 0.0)
        self._target = (0.5, 0.5)
        self._is_down = False

    def touch(self, x: float, y: float) -> bool:
        """The finger is at this pad. True if the place jumps there: it was not down before."""
        self._target = (x, y)
        if self._is_down:
            return False
        self._is_down = True
        self._place, self._speed = self._target, (0.0, 0.0)
        return True

    def lift(self) -> tuple[float, float] | None:
        """Nothing touches: the place where the path ends, at the last pad; None if nothing did."""
        if not self._is_down:
            return None
        self._is_down = False
        self._place, self._speed = self._target, (0.0, 0.0)
        return self._place

    def advance(self, passed_s: float) -> tuple[float, float] | None:
        """Move on; the new place (x, y), or None if it does not move any more."""
        if self._place == self._target:
            return None
        moved = [
            _spring(place, speed, target, passed_s, self._smoothing_s)
            for place, speed, target in zip(self._place, self._speed, self._target, strict=True)
        ]
        self._place = (moved[0][0], moved[1][0])
        self._speed = (moved[0][1], moved[1][1])
        if self._is_near():
            self._place, self._speed = self._target, (0.0, 0.0)
        return self._place

    def _is_near(self) -> bool:
        return all(
            abs(place - target) < ARRIVED
            for place, target in zip(self._place, self._target, strict=True)
        )


def _spring(
    place: float, speed: float, target: float, passed_s: float, smoothing_s: float
) -> tuple[float, float]:
    """Exact motion of a critically damped spring: (place, speed) after passed_s."""
    if smoothing_s <= 0:
        return target, 0.0
    rate = 2 / smoothing_s  # the delay behind a steady finger is then smoothing_s
    away = place - target
    change = (speed + rate * away) * passed_s
    fade = math.exp(-rate * passed_s)
    return target + (away + change) * fade, (speed - rate * change) * fade
