"""Tells a remote of the view again and again."""

from __future__ import annotations

from collections.abc import Callable

from device.view import View

PERIOD_S = 0.05


class RemoteLoop:
    """A worker.Worker that hands the latest view to `update`, which never waits."""

    name = "remote"

    def __init__(self, update: Callable[[View], None], view: Callable[[float], View]) -> None:
        self._update, self._view = update, view

    def step(self, now_s: float) -> float:
        """Hand it over once."""
        self._update(self._view(now_s))
        return now_s + PERIOD_S

    def close(self) -> None:
        """Nothing is held."""
