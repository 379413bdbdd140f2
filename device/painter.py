"""Draws what the display shows, sends it there, and keeps the picture for others to see."""

from __future__ import annotations

from collections.abc import Callable

from device.events import Event
from device.part_watch import PartWatch
from device.screens.manager import dimming, render
from device.settings import PanelSettings
from device.view import View
from hardware.errors import HardwareError
from hardware.interfaces import FRAME_BYTES, Display

DARK = bytes(FRAME_BYTES)


class Painter:
    """A worker.Worker; `frame` may be read by any thread at any time."""

    name = "oled"

    def __init__(
        self,
        display: Display | None,
        panel: PanelSettings,
        view: Callable[[float], View],
        idle_s: Callable[[float], float],
        post: Callable[[Event], None],
        is_watched: Callable[[], bool] = lambda: True,
    ) -> None:
        """`view`, `idle_s`: of a time on the clock; `is_watched`: others look at `frame` too."""
        self.frame = DARK
        self._display, self._view, self._idle_s = display, view, idle_s
        self._is_watched = is_watched
        self._period_s = 1 / panel.display_hz
        self._watch = PartWatch(self.name, post)
        self._contrast: int | None = None
        self._show_s = 0.0  # when a display that has failed is tried again

    def step(self, now_s: float) -> float:
        """Draw and send one picture."""
        if self._display is None and not self._is_watched():
            return now_s + self._period_s
        contrast, is_blank = dimming(self._idle_s(now_s))
        self.frame = render(self._view(now_s), is_blank=is_blank)
        if self._display is not None and now_s >= self._show_s:
            self._show(self._display, contrast, now_s)
            self._show_s = self._watch.next_try_s(now_s, 0.0)
        return now_s + self._period_s

    def close(self) -> None:
        """Leave the display dark."""
        if self._display is not None:
            self._display.close()

    def _show(self, display: Display, contrast: int, now_s: float) -> None:
        try:
            if contrast != self._contrast:
                display.set_contrast(contrast)
                self._contrast = contrast
            display.show(self.frame)
        except HardwareError as error:
            self._contrast = None
            self._watch.failed(error, now_s)
        else:
            self._watch.worked()
