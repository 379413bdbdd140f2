"""The page that asks whether the web panel should have a new token, and tells what that means."""

from __future__ import annotations

from device.screens.canvas import BODY_LINES, BODY_TOP, EDGE, WIDTH, Canvas
from device.view import View

TEXT = "It shuts out all open pages and bookmarks of the web panel. Make one?"


def draw(view: View, canvas: Canvas) -> None:
    """The question."""
    canvas.title("New token?")
    canvas.lines(EDGE, BODY_TOP, TEXT, WIDTH - EDGE, BODY_LINES)
    canvas.footer(view.buttons)
