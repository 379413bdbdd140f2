"""The packs page: choose the pack to play, by two buttons."""

from __future__ import annotations

from device.screens.canvas import (
    BODY_LINES,
    BODY_TOP,
    EDGE,
    LINE_HEIGHT,
    WIDTH,
    Canvas,
)
from device.screens.paging import window
from device.view import View

NAME_LEFT = 9
SCROLLBAR_WIDTH = 2


def draw(view: View, canvas: Canvas) -> None:
    """The packs around the chosen one, which is inverted; a dot marks the one that is loaded."""
    count = len(view.packs)
    index = min(max(view.pack_index, 0), max(count - 1, 0))
    canvas.title("Packs", f"{index + 1}/{count}" if count else "")
    if not count:
        canvas.text(0, BODY_TOP + 5, "no pack found", align="centre")
        canvas.text(0, BODY_TOP + 20, "copy one to the card", align="centre")
    shown = window(count, index, BODY_LINES)
    for line, at in enumerate(shown):
        _row(canvas, BODY_TOP + line * LINE_HEIGHT, view, at, at == index)
    if count > len(shown):
        _scrollbar(canvas, index / (count - 1))
    canvas.footer(view.buttons)


def _row(canvas: Canvas, top: int, view: View, at: int, is_chosen: bool) -> None:
    right = WIDTH - SCROLLBAR_WIDTH - 2
    if is_chosen:
        canvas.box(0, top - 1, right, LINE_HEIGHT)
    if view.packs[at] == view.pack:
        canvas.box(EDGE + 1, top + 2, 3, 3, is_lit=not is_chosen)
    canvas.text(NAME_LEFT, top, view.packs[at], room=right - NAME_LEFT - EDGE, is_lit=not is_chosen)


def _scrollbar(canvas: Canvas, part: float) -> None:
    height, grip = BODY_LINES * LINE_HEIGHT, 9
    canvas.dots((WIDTH - 1, BODY_TOP + y) for y in range(0, height, 2))
    top = BODY_TOP - 1 + round(part * (height - grip))
    canvas.box(WIDTH - SCROLLBAR_WIDTH, top, SCROLLBAR_WIDTH, grip)
