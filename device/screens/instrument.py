"""The instrument screen: the list of one corner with the chosen instrument big in its middle."""

from __future__ import annotations

from device.pack.corners import CORNERS
from device.screens.canvas import WIDTH, Canvas
from device.screens.faults import playing_title
from device.view import CornerView, View

BIG_TOP, BIG_HEIGHT, BIG_WIDTH = 26, 22, 104
NEIGHBOUR_ROWS = {-1: 14, 1: 53}  # places in the list from the chosen one: top of the capitals
NAME_LEFT = 4
PAD_SIZE, CORNER_SIZE = BIG_HEIGHT, 10


def draw(view: View, canvas: Canvas) -> None:
    """The chosen instrument and those before and after it; without a pack, what to do."""
    corner = view.corners[view.corner]
    count = len(corner.names)
    place = CORNERS[view.corner].value.replace("_", " ").capitalize()
    playing_title(canvas, view, place, f"{corner.index + 1}/{count}" if count else "")
    if count:
        _list(canvas, corner)
        _pad(canvas, view.corner)
    else:
        canvas.text(0, 22, "no pack", scale=2, align="centre")
        canvas.text(0, 48, "choose one on Packs", align="centre")


def _list(canvas: Canvas, corner: CornerView) -> None:
    """The chosen name, dark on a lit box, between its neighbours."""
    index = min(max(corner.index, 0), len(corner.names) - 1)
    name, room = corner.names[index], BIG_WIDTH - 2 * NAME_LEFT
    canvas.box(0, BIG_TOP, BIG_WIDTH, BIG_HEIGHT)
    canvas.text(NAME_LEFT, BIG_TOP + 3, name, room=room, scale=2, is_lit=False)
    for step, top in NEIGHBOUR_ROWS.items():
        if 0 <= index + step < len(corner.names):
            canvas.text(NAME_LEFT, top, corner.names[index + step], room=room)


def _pad(canvas: Canvas, corner: int) -> None:
    """The pad from above with this corner filled."""
    left = WIDTH - PAD_SIZE
    canvas.frame(left, BIG_TOP, PAD_SIZE, PAD_SIZE)
    x, y = CORNERS[corner].position
    far = PAD_SIZE - CORNER_SIZE
    canvas.box(left + round(x * far), BIG_TOP + round(y * far), CORNER_SIZE, CORNER_SIZE)
