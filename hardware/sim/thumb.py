"""A thumb that holds a patch button down while the instrument starts, and then lets it go."""

from __future__ import annotations

from collections.abc import Callable

HOLD_S = 2.0
REST_S = 60.0  # between steps when nothing is left to do


class Thumb:
    """A worker; the button is down from when this is made."""

    name = "thumb"

    def __init__(self, press: Callable[[], None], release: Callable[[], None]) -> None:
        self._release = release
        self._until_s: float | None = None
        self._is_down = True
        press()

    def step(self, now_s: float) -> float:
        """Let it go once it has been down for HOLD_S of playing."""
        if self._until_s is None:
            self._until_s = now_s + HOLD_S
        if now_s < self._until_s:
            return self._until_s
        if self._is_down:
            self._is_down = False
            self._release()
        return now_s + REST_S

    def close(self) -> None:
        """Nothing is held."""
