"""Readings of a panel to events: the only diffing and debouncing of controls.

- Encoders are counters that wrap; only differences between two readings in a row count, never the
  first reading or the first one after any that failed (the panel may have been reset).
- A knob is told of when it has moved by DEADBAND from what was last told, or has reached an end:
  however slowly it is turned, and never for its own noise.
- A button counts once it has been seen up: one that is stuck at power up does nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from device.events import (
    ButtonPressed,
    ButtonReleased,
    EncoderTurned,
    Event,
    PotMoved,
    TouchLifted,
    TouchMoved,
)
from device.part_watch import PartWatch
from device.settings import PanelSettings
from device.touch_glide import TouchGlide
from hardware.errors import HardwareError
from hardware.interfaces import Controls, Readings

COUNTER_RANGE = 256
DEADBAND = 1.5 / 255  # of a turn: an 8-bit reading wavers by one step


class ControlReader:
    """A worker.Worker that polls one source of controls and posts what has changed."""

    def __init__(
        self, controls: Controls, panel: PanelSettings, post: Callable[[Event], None]
    ) -> None:
        self.name = controls.name
        self._controls, self._post = controls, post
        self._period_s = 1 / panel.poll_hz
        self._watch = PartWatch(controls.name, post)
        self._glide = TouchGlide(panel.touch_smoothing_s)
        self._due_s = 0.0  # when the reading that is being made was wanted
        self._looked_s: float | None = None
        self._encoders: tuple[int, ...] | None = None
        self._pots: dict[int, float] = {}
        self._buttons: dict[int, bool] = {}  # those that have been seen up

    def step(self, now_s: float) -> float:
        """Read once."""
        try:
            readings = self._controls.read()
        except HardwareError as error:
            self._encoders = None
            if self._watch.failed(error, now_s):
                self._let_go()
            return self._watch.next_try_s(now_s, self._period_s)
        self._watch.worked()
        self._touch(readings, now_s)
        self._turn_encoders(readings.encoders)
        for pot, turn in enumerate(readings.pots or ()):
            self._turn_pot(pot, turn)
        for button, is_down in enumerate(readings.buttons or ()):
            self._press(button, is_down)
        return self._next_s(now_s)

    def close(self) -> None:
        """Let go of the hardware."""
        self._controls.close()

    def _next_s(self, now_s: float) -> float:
        """Threads wake a little late: counted from when it was wanted, the rate is kept."""
        is_on_time = 0 <= now_s - self._due_s < self._period_s
        self._due_s = (self._due_s if is_on_time else now_s) + self._period_s
        return self._due_s

    def _let_go(self) -> None:
        """The panel has gone: no finger is on it, no button is held."""
        self._lift()
        for button, is_down in self._buttons.items():
            if is_down:
                self._post(ButtonReleased(button, is_lost=True))
        self._buttons.clear()

    def _touch(self, readings: Readings, now_s: float) -> None:
        if not readings.has_touch:
            return
        passed_s = 0.0 if self._looked_s is None else now_s - self._looked_s
        self._looked_s = now_s
        if readings.touch is None:
            self._lift()
            return
        if self._glide.touch(readings.touch.x, readings.touch.y):
            self._post(TouchMoved(readings.touch.x, readings.touch.y))
        place = self._glide.advance(passed_s)
        if place is not None:
            self._post(TouchMoved(*place))

    def _lift(self) -> None:
        place = self._glide.lift()
        if place is not None:
            self._post(TouchMoved(*place))
            self._post(TouchLifted())

    def _turn_encoders(self, counters: tuple[int, ...] | None) -> None:
        before, self._encoders = self._encoders, counters or self._encoders
        if counters is None or before is None:
            return
        for corner, (old, new) in enumerate(zip(before, counters, strict=True)):
            half = COUNTER_RANGE // 2
            steps = (new - old + half) % COUNTER_RANGE - half
            if steps:
                self._post(EncoderTurned(corner, steps))

    def _turn_pot(self, pot: int, turn: float) -> None:
        told = self._pots.get(pot)
        reached_end = turn in (0.0, 1.0) and turn != told
        if told is None or reached_end or abs(turn - told) >= DEADBAND:
            self._pots[pot] = turn
            self._post(PotMoved(pot, turn))

    def _press(self, button: int, is_down: bool) -> None:
        if button not in self._buttons:
            if not is_down:
                self._buttons[button] = False
        elif is_down != self._buttons[button]:
            self._buttons[button] = is_down
            self._post(ButtonPressed(button) if is_down else ButtonReleased(button))
