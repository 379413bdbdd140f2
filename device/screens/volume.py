"""The volume screen: how loud the instrument is set, and what comes out of it."""

from __future__ import annotations

import math

from device.parameters import VOLUME
from device.screens import pickup
from device.screens.canvas import Canvas, clamped
from device.screens.faults import playing_title
from device.view import View

VALUE_TOP = 14
STEPS, PITCH, STEP_WIDTH = 16, 8, 6
WEDGE_BOTTOM, WEDGE_HEIGHT = 52, 20
WEDGE_BOTTOM_ALONE, WEDGE_HEIGHT_ALONE = 62, 29  # without the knob's track below
SMALLEST = 3
QUIETEST = 0.001  # of full scale, -60 dB: below, nothing is said to come out


def draw(view: View, canvas: Canvas) -> None:
    """The value, the level that comes out, and a wedge of steps filled up to the value."""
    pot = view.pots[VOLUME]
    playing_title(canvas, view, pot.label, pickup.hint(pot))
    canvas.text(2, VALUE_TOP, pot.text, scale=2, room=76)
    canvas.text(80, VALUE_TOP - 1, "output", align="right", room=46)
    canvas.text(80, VALUE_TOP + 9, _level(view.status.peak), align="right", room=46)
    if pickup.is_needed(pot):
        _wedge(canvas, pot.turn, WEDGE_BOTTOM, WEDGE_HEIGHT)
        pickup.draw(pot, 55, view.time_s, canvas)
    else:
        _wedge(canvas, pot.turn, WEDGE_BOTTOM_ALONE, WEDGE_HEIGHT_ALONE)


def _level(peak: float) -> str:
    return "silent" if peak < QUIETEST else f"{round(20 * math.log10(peak))} dB"


def _wedge(canvas: Canvas, turn: float, bottom: int, height: int) -> None:
    full = clamped(turn) * STEPS
    for step in range(STEPS):
        tall = SMALLEST + round((height - SMALLEST) * step / (STEPS - 1))
        left, top = 1 + step * PITCH, bottom - tall + 1
        if full >= step + 0.5 or (step == 0 and turn > 0):
            canvas.box(left, top, STEP_WIDTH, tall)
        else:
            canvas.box(left, bottom, STEP_WIDTH, 1)
            canvas.dots([(left, top), (left + STEP_WIDTH - 1, top)])
