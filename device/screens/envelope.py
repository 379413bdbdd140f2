"""The envelope screen: attack, decay, sustain and release as a curve, the one in hand filled."""

from __future__ import annotations

import math
from collections.abc import Iterator

from device.parameters import ATTACK, DECAY, RELEASE, SUSTAIN
from device.screens import pickup
from device.screens.canvas import WIDTH, Canvas, Point, clamped
from device.screens.faults import playing_title
from device.view import View

VALUE_TOP = 14
CURVE_TOP, CURVE_BOTTOM, CURVE_BOTTOM_ALONE = 31, 52, 62
LONGEST = 36  # dots of a stage at full turn
BENDS = {ATTACK: 2.0, DECAY: 5.0, RELEASE: 6.9}  # as the engine's envelope.h bends the stages

Stage = tuple[int, list[Point]]  # parameter, curve in dots


def draw(view: View, canvas: Canvas) -> None:
    """The value in hand above the whole curve."""
    pot = view.pots[view.pot]
    playing_title(canvas, view, pot.label, pickup.hint(pot))
    canvas.text(2, VALUE_TOP, pot.text, scale=2)
    has_track = pickup.is_needed(pot)
    bottom = CURVE_BOTTOM if has_track else CURVE_BOTTOM_ALONE
    turns = {part: view.pots[part].turn for part in (ATTACK, DECAY, SUSTAIN, RELEASE)}
    for parameter, curve in stages(turns, bottom):
        canvas.line(curve)
        if parameter == view.pot:
            _fill(canvas, curve, bottom)
        canvas.dots([(curve[-1][0], y) for y in range(CURVE_TOP, bottom, 3)])
    canvas.dots((x, bottom + 1) for x in range(0, WIDTH, 2))
    if has_track:
        pickup.draw(pot, 55, view.time_s, canvas)


def _fill(canvas: Canvas, curve: list[Point], bottom: int) -> None:
    """Light what is below the curve; a stage without length or level is a thick line."""
    left, right = round(curve[0][0]), round(curve[-1][0])
    canvas.polygon([*curve, (right, bottom), (left, bottom)])
    canvas.box(left, bottom - 1, right - left + 1, 2)
    if left == right:
        canvas.box(left - 1, CURVE_TOP, 3, bottom - CURVE_TOP)


def stages(turns: dict[int, float], bottom: int) -> Iterator[Stage]:
    """The four stages from left to right; they join, and fill the width."""
    sustain = clamped(turns[SUSTAIN])
    lengths = {part: round(LONGEST * clamped(turns[part])) for part in (ATTACK, DECAY, RELEASE)}
    lengths[SUSTAIN] = WIDTH - 1 - sum(lengths.values())
    levels = {ATTACK: (0, 1), DECAY: (1, sustain), SUSTAIN: (sustain,) * 2, RELEASE: (sustain, 0)}
    left = 0
    for part in (ATTACK, DECAY, SUSTAIN, RELEASE):
        curve: list[Point] = [
            (left + x, bottom - (bottom - CURVE_TOP) * level)
            for x, level in _curve(lengths[part], *levels[part], BENDS.get(part, 0))
        ]
        left += lengths[part]
        yield part, curve


def _curve(length: int, start: float, end: float, bend: float) -> Iterator[tuple[int, float]]:
    """Levels at every dot from start to end, bent like the charging of a capacitor."""
    for x in range(length + 1):
        part = x / length if length else 1.0
        if length == 0 or bend == 0:
            gone = part
        else:
            gone = (1 - math.exp(-bend * part)) / (1 - math.exp(-bend))
        yield x, start + (end - start) * gone
    if length == 0:
        yield 0, end
