"""Lines of the self-test, as boot and the self-test page write them."""

from __future__ import annotations

from device.screens.canvas import EDGE, WIDTH, Canvas
from device.screens.letters import width
from device.screens.wording import plain
from device.view import CheckView

RESULT_ROOM = 34
FAILED = "FAIL"


def row(canvas: Canvas, top: int, check: CheckView) -> None:
    """One check: the part and what is known of it at the left, the result at the right."""
    room = WIDTH - RESULT_ROOM
    used = canvas.text(EDGE, top, check.part, room=room)
    if check.result != FAILED:
        canvas.text(EDGE + used + 6, top, check.detail, room=room - used - 6)
    result(canvas, top, check.result)


def result(canvas: Canvas, top: int, word: str) -> None:
    """The result at the right edge; a failure is inverted so that it is found at a glance."""
    if word == FAILED:
        canvas.label(WIDTH - width(plain(word)) - 2 * EDGE, top, word)
    else:
        left = WIDTH - RESULT_ROOM + EDGE
        canvas.text(left, top, word, room=RESULT_ROOM - 2 * EDGE, align="right")
