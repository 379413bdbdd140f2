"""The boot screen: the name of the instrument and the lines of the self-test as they come."""

from __future__ import annotations

from device.screens.canvas import LINE_HEIGHT, WIDTH, Canvas
from device.screens.checks import row
from device.view import CheckView, View

NAME = "latentpad"
LISTED = 4
LIST_TOP = 25


def draw(view: View, canvas: Canvas) -> None:
    """The name, and below it the latest checks; those that failed stay."""
    canvas.text(0, 2, NAME, scale=2, align="centre")
    canvas.box(0, 20, WIDTH, 1)
    if not view.checks:
        canvas.text(0, LIST_TOP + LINE_HEIGHT, "waking up…", align="centre")
    for line, check in enumerate(_shown(view.checks)):
        row(canvas, LIST_TOP + line * LINE_HEIGHT, check)


def _shown(checks: tuple[CheckView, ...]) -> list[CheckView]:
    """The latest checks that fit, in order; failed ones give way only to the very latest."""
    order = range(len(checks))
    urgent = sorted(
        order, key=lambda at: (at == len(checks) - 1, checks[at].result == "FAIL", at), reverse=True
    )
    return [checks[at] for at in sorted(urgent[:LISTED])]
