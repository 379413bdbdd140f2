"""Shows all pages the latest picture and view, as often as eyes need it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from device.view import View
from device.web.link import Link
from device.web.sections import Sections

FRAME_RATE_HZ = 30
VIEW_RATE_HZ = 20


class Pace:
    """Says when it is time again, on average never more often than its rate."""

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1 / rate_hz
        self._next_s = float("-inf")

    def is_due(self, now_s: float) -> bool:
        """True at most once per period; what was missed is not made up for."""
        if now_s < self._next_s:
            return False
        on_grid_s = self._next_s + self._period_s
        self._next_s = on_grid_s if on_grid_s > now_s else now_s + self._period_s
        return True


class Publisher:
    """Reads picture and view at their own rates, and tells every link what changed."""

    def __init__(self, view: Callable[[], View | None], frame: Callable[[], bytes]) -> None:
        self._view, self._frame = view, frame
        self._view_pace, self._frame_pace = Pace(VIEW_RATE_HZ), Pace(FRAME_RATE_HZ)
        self._sections = Sections()
        self._picture, self._version = b"", 0

    def publish(self, now_s: float, links: Iterable[Link]) -> None:
        """Call it often: it does little while nothing is due."""
        if self._view_pace.is_due(now_s):
            self._sections.update(self._view())
        if self._frame_pace.is_due(now_s):
            picture = self._frame()
            if picture != self._picture:
                self._picture, self._version = picture, self._version + 1
        for link in links:
            link.update(now_s, self._picture, self._version, self._sections)
