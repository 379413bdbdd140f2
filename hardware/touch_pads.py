"""Where on rows of touch pads a finger is, from what each pad measures.

Between pads: the strongest pad c and its neighbours l and r give the offset
(r - l) / (2 (c - min(l, r))) in pads: 0 in the middle of a pad, 1/2 where two pads see the same.
The first and the last pad have one neighbour only; the missing one is taken to see what the other
does, up to END_SPREAD of c. So a finger on an end pad reaches the very end, 0 or 1, and the way
to the next pad stays without a jump.
"""

from __future__ import annotations

from collections.abc import Sequence

from hardware.interfaces import Touch

END_SPREAD = 0.3  # what a neighbour sees of a finger on the middle of a pad, at most
STILL = 0.01  # of an axis: smaller movements are the noise of a finger that rests


def position(signals: Sequence[float], touched: Sequence[bool]) -> float | None:
    """0..1 along the row, or None if no pad is touched; other pads only refine it.

    `signals` is how much more than nothing each pad measures, in any unit. Of two fingers the
    stronger counts. Without any signal it is the middle of the first pads touched in a row.
    """
    pads = [pad for pad, is_touched in enumerate(touched) if is_touched]
    if not pads:
        return None
    peak = max(pads, key=lambda pad: signals[pad])
    if signals[peak] > 0:
        return (peak + _offset(signals, peak)) / (len(touched) - 1)
    last = pads[0]
    while last + 1 in pads:
        last += 1
    return (pads[0] + last) / 2 / (len(touched) - 1)


def _offset(signals: Sequence[float], peak: int) -> float:
    """How far from the middle of the strongest pad, in pads, -0.5..0.5."""
    here = signals[peak]
    left = max(0.0, min(here, signals[peak - 1])) if peak > 0 else None
    right = max(0.0, min(here, signals[peak + 1])) if peak + 1 < len(signals) else None
    if left is None:
        left = min(END_SPREAD * here, right or 0.0)
    if right is None:
        right = min(END_SPREAD * here, left)
    rise = here - min(left, right)
    return (right - left) / (2 * rise) if rise > 0 else 0.0


class StillFinger:
    """Holds a resting finger still: a touch moves on once it is STILL away on an axis."""

    def __init__(self) -> None:
        self._touch: Touch | None = None

    def follow(self, x: float | None, y: float | None) -> Touch | None:
        """The touch to report; a finger that only one axis sees is none."""
        if x is None or y is None:
            self._touch = None
        elif self._touch is None or not self._is_near(x, y, self._touch):
            self._touch = Touch(x, y)
        return self._touch

    @staticmethod
    def _is_near(x: float, y: float, touch: Touch) -> bool:
        return abs(x - touch.x) < STILL and abs(y - touch.y) < STILL
