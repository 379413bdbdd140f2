"""The hands that play a script, action by action."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from hardware.sim.instrument import SimInstrument
from hardware.sim.script import Action

TAIL_S = 3.0  # for the last notes to die away, and for a look at the display
REST_S = 60.0  # between steps when nothing is left to do


class ScriptPlayer:
    """A worker that acts out a script from its first step on."""

    name = "script"

    def __init__(
        self, actions: Sequence[Action], instrument: SimInstrument, finished: Callable[[], None]
    ) -> None:
        """`finished` is called once, TAIL_S after the last action."""
        self._actions, self._instrument = deque(actions), instrument
        self._finished: Callable[[], None] | None = finished
        self._end_s = (actions[-1].time_s if actions else 0.0) + TAIL_S
        self._start_s: float | None = None

    def step(self, now_s: float) -> float:
        """Do what is due; returns when the next action is."""
        if self._start_s is None:
            self._start_s = now_s
        while self._actions and self._start_s + self._actions[0].time_s <= now_s:
            self._actions.popleft().act(self._instrument)
        if self._actions:
            return self._start_s + self._actions[0].time_s
        if now_s < self._start_s + self._end_s:
            return self._start_s + self._end_s
        if self._finished is not None:
            self._finished()
            self._finished = None
        return now_s + REST_S

    def close(self) -> None:
        """Nothing is held."""
