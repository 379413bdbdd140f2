"""How a playing screen tells that a part does not work, without hiding what is being played."""

from __future__ import annotations

from device.screens.canvas import EDGE, TITLE_HEIGHT, WIDTH, Canvas
from device.screens.letters import width
from device.screens.paging import page_at
from device.screens.wording import elided, plain
from device.view import View

TURN_S = 1.5  # the name of the part, then again what the title tells, and so on
LONGEST_NAME = 60  # dots


def part_due(view: View) -> str | None:
    """The part whose name is to be shown now; every other turn is the screen's own."""
    turn = page_at(view.time_s, 2 * len(view.faults), TURN_S).index
    if not view.faults or turn % 2:
        return None
    return elided(plain(view.faults[turn // 2][0]), LONGEST_NAME)


def playing_title(canvas: Canvas, view: View, left: str, right: str = "") -> None:
    """A title that ends in "!" while any part is faulty, in turns with the names of the parts."""
    if not view.faults:
        canvas.title(left, right)
        return
    part = part_due(view)
    badge = "!" if part is None else f"! {part}"
    badge_left = WIDTH - EDGE - width(badge) - 2 * EDGE
    canvas.title(left)
    canvas.box(badge_left - EDGE, 0, WIDTH, TITLE_HEIGHT)
    canvas.label(badge_left, 1, badge, is_lit=False)
    if part is None:
        room = badge_left - 3 * EDGE
        used = canvas.text(EDGE, 1, right, room=room, align="right", is_lit=False)
        canvas.box(EDGE, 0, room - used, TITLE_HEIGHT)
        canvas.text(EDGE, 1, left, room=room - used - 2 * EDGE, is_lit=False)
