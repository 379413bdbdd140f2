"""A knob that has yet to reach the value that sounds: where it stands and which way to turn it."""

from __future__ import annotations

from device.screens.canvas import WIDTH, Canvas, clamped
from device.view import PotView

HEIGHT = 9
MARGIN = 5
PITCH, SPEED = 6, 12.0  # of the moving arrows: dots apart, dots per second
ARROW = 3  # dots from the tip of an arrow to its ends


def is_needed(pot: PotView) -> bool:
    """A knob exists, and turning it does not change the value yet."""
    return pot.physical is not None and not pot.is_caught


def hint(pot: PotView) -> str:
    """Which way to turn, for a title; nothing when the knob has the value."""
    if pot.physical is None or pot.is_caught:
        return ""
    return "turn >>" if pot.physical < pot.turn else "<< turn"


def draw(pot: PotView, top: int, time_s: float, canvas: Canvas) -> None:
    """A track with the value as a post and the knob as a pointer, and arrows from it to there."""
    if pot.physical is None or pot.is_caught:
        return
    value, knob = _across(pot.turn), _across(pot.physical)
    middle = top + HEIGHT // 2
    canvas.dots((x, middle) for x in range(MARGIN, WIDTH - MARGIN + 1, 3))
    canvas.box(value - 1, top, 3, HEIGHT)
    _arrows(knob, value, middle, time_s, canvas)
    canvas.box(knob - 4, top, 9, HEIGHT, is_lit=False)
    canvas.ring(knob, middle, 4)
    canvas.line([(knob, top + 1), (knob, middle)])


def _across(turn: float) -> int:
    return MARGIN + round(clamped(turn) * (WIDTH - 1 - 2 * MARGIN))


def _arrows(knob: int, value: int, middle: int, time_s: float, canvas: Canvas) -> None:
    """Arrow heads that run from the knob to the value."""
    way = 1 if value > knob else -1
    first = 6 + int(time_s * SPEED) % PITCH
    for distance in range(first, abs(value - knob) - 2, PITCH):
        tip = knob + way * distance
        canvas.box(tip - ARROW, middle, 2 * ARROW + 1, 1, is_lit=False)
        for step in range(ARROW):
            canvas.dots([(tip - way * step, middle - step), (tip - way * step, middle + step)])
