"""The position screen: where in the sound a note begins."""

from __future__ import annotations

import math

from device.parameters import POSITION
from device.screens import pickup
from device.screens.canvas import WIDTH, Canvas, clamped
from device.screens.faults import playing_title
from device.view import View

VALUE_TOP, VALUE_ROOM = 14, 58
WAVE_MIDDLE, WAVE_HEIGHT = 43, 9  # dots above the middle and below it
WAVE_MIDDLE_ALONE, WAVE_HEIGHT_ALONE = 48, 14  # without the knob's track below
FAR_IN = 0.75  # most sounds have died away by then
ATTACK_DOTS, FADE_DOTS = 6, 48.0  # of the drawn sound: a pluck


def draw(view: View, canvas: Canvas) -> None:
    """The value, and the sound as a wave of which only the part that will be heard is full."""
    pot = view.pots[POSITION]
    playing_title(canvas, view, pot.label, pickup.hint(pot))
    used = canvas.text(2, VALUE_TOP, pot.text, scale=2, room=VALUE_ROOM)
    _advice(canvas, pot.turn, used + 8)
    if pickup.is_needed(pot):
        _wave(canvas, pot.turn, WAVE_MIDDLE, WAVE_HEIGHT)
        pickup.draw(pot, 55, view.time_s, canvas)
    else:
        _wave(canvas, pot.turn, WAVE_MIDDLE_ALONE, WAVE_HEIGHT_ALONE)


def _advice(canvas: Canvas, turn: float, left: int) -> None:
    if turn > FAR_IN:
        canvas.label(left, VALUE_TOP - 1, "! far in")
        canvas.text(left + 2, VALUE_TOP + 9, "soon over", room=WIDTH - left - 2)
    elif turn <= 0:
        canvas.text(left, VALUE_TOP + 7, "from its start")
    else:
        canvas.text(left, VALUE_TOP + 7, "into the sound")


def _wave(canvas: Canvas, turn: float, middle: int, height: int) -> None:
    """A sound that swells and dies: dotted outlines before the place of start, full after it."""
    start = round(clamped(turn) * (WIDTH - 2))
    for x in range(0, WIDTH, 2):
        reach = round(height * loudness(x))
        if x >= start:
            canvas.box(x, middle - reach, 1, 2 * reach + 1)
        elif x % 4 == 0:
            canvas.dots([(x, middle - reach), (x, middle + reach)])
    canvas.box(start, middle - height, 2, 2 * height + 1)


def loudness(x: int) -> float:
    """How loud the drawn sound is at a column: an example, not the sound that is playing."""
    ripple = 0.75 + 0.25 * math.sin(x * 0.9) * math.sin(x * 0.23 + 1)
    return min(1.0, (x + 1) / ATTACK_DOTS) * math.exp(-x / FADE_DOTS) * ripple
