"""The home screen: the pad with its four corners, and particles drawn toward the finger."""

from __future__ import annotations

from device.pack.corners import CORNERS
from device.screens import particles
from device.screens.canvas import HEIGHT_DOTS, WIDTH, Canvas, clamped
from device.screens.faults import part_due
from device.screens.font import ink_height
from device.screens.letters import width
from device.screens.wording import elided, plain
from device.view import View

NAME_SCALE, NAME_ROOM = 2, 28
FINGER_EDGE = 6  # dots from the edge of the display to a finger at the edge of the pad
DRIFT_S = 60.0  # the names move a dot a minute, so that they do not burn in
DRIFTS = ((0, 0), (1, 0), (1, 1), (0, 1))
MIDDLE_LEFT, MIDDLE_ROOM = 34, 60

Box = tuple[int, int, int, int]  # left, top, width, height


def draw(view: View, canvas: Canvas) -> None:
    """Particles first, so that nothing of them covers the names and markers."""
    finger = (_across(view.x, WIDTH), _across(view.y, HEIGHT_DOTS))
    _particles(canvas, view, finger)
    _finger(canvas, finger, view.is_touched)
    drift = drifted(view.time_s)
    for corner in range(len(CORNERS)):
        _name(canvas, view, corner, drift, finger)
    if not view.pack:
        _sign(canvas, 28, "no pack")
    _fault(canvas, view, drift[1])
    _voices(canvas, view.status.voices, drift[1])


def drifted(time_s: float) -> tuple[int, int]:
    """By how many dots still pictures have moved inwards."""
    return DRIFTS[int(time_s // DRIFT_S) % len(DRIFTS)]


def _across(part: float, size: int) -> float:
    return FINGER_EDGE + clamped(part) * (size - 1 - 2 * FINGER_EDGE)


def _particles(canvas: Canvas, view: View, finger: tuple[float, float]) -> None:
    lively = particles.energy(view.status.voices, view.status.peak)
    places = particles.positions(view.time_s, *finger, lively).round()
    points = [(x, y) for x, y in places[: particles.visible(lively)].tolist()]
    canvas.dots(points)
    if lively >= particles.GRAIN_ENERGY:
        for dx, dy in ((1, 0), (0, 1), (1, 1)):
            canvas.dots((x + dx, y + dy) for x, y in points[::3])


def _finger(canvas: Canvas, finger: tuple[float, float], is_touched: bool) -> None:
    x, y = round(finger[0]), round(finger[1])
    canvas.box(x - 1, y - 1, 3, 3)
    if is_touched:
        canvas.ring(x, y, 5)


def _name(
    canvas: Canvas, view: View, corner: int, drift: tuple[int, int], finger: tuple[float, float]
) -> None:
    """Two letters in a corner; dark on a lit box while the finger is right there."""
    text = _abbreviation(view, corner)
    size = width(text, NAME_SCALE), ink_height(text, NAME_SCALE)
    left, top, wide, tall = box = _box(CORNERS[corner].position, size, drift)
    is_there = _is_inside(finger, box)
    canvas.box(left, top, wide, tall, is_lit=is_there)
    canvas.text(left + 2, top + 2, text, room=size[0], scale=NAME_SCALE, is_lit=not is_there)


def _abbreviation(view: View, corner: int) -> str:
    shown = view.corners[corner]
    if not shown.abbreviations:
        return "--"
    index = min(max(shown.index, 0), len(shown.abbreviations) - 1)
    return elided(plain(shown.abbreviations[index]), NAME_ROOM, NAME_SCALE)


def _box(place: tuple[float, float], size: tuple[int, int], drift: tuple[int, int]) -> Box:
    """The box of a name, with 2 dots around its letters, moved inwards by the drift."""
    wide, tall = size[0] + 4, size[1] + 4
    left = WIDTH - wide - drift[0] if place[0] else drift[0]
    top = HEIGHT_DOTS - tall - drift[1] if place[1] else drift[1]
    return left, top, wide, tall


def _is_inside(point: tuple[float, float], box: Box) -> bool:
    left, top, wide, tall = box
    return left <= point[0] < left + wide and top <= point[1] < top + tall


def _sign(canvas: Canvas, top: int, text: str) -> None:
    """A text in the middle on dark ground."""
    room = width(text)
    left = (WIDTH - room) // 2
    canvas.box(left - 3, top - 3, room + 6, ink_height(text, 1) + 4, is_lit=False)
    canvas.text(left, top, text)


def _fault(canvas: Canvas, view: View, drift: int) -> None:
    """At the top between the names: "!" while any part is faulty, in turns with its name."""
    if view.faults:
        part = part_due(view)
        text = "!" if part is None else f"! {part}"
        text = elided(text, MIDDLE_ROOM)
        canvas.label((WIDTH - width(text) - 4) // 2, 2 + drift, text)


def _voices(canvas: Canvas, voices: int, drift: int) -> None:
    """At the bottom between the names: how many voices sound."""
    if voices > 0:
        _sign(canvas, HEIGHT_DOTS - 9 - drift, f"♪{voices}")
