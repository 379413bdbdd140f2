"""The channel page: which MIDI channel the instrument listens to."""

from __future__ import annotations

from device.screens.canvas import BODY_TOP, WIDTH, Canvas
from device.view import View

CHANNELS = 16
PITCH = WIDTH // CHANNELS
ROW_TOP, CELL = 44, 7


def draw(view: View, canvas: Canvas) -> None:
    """The channel in big letters, what it means, and the sixteen channels in a row."""
    canvas.title("MIDI channel")
    big = name(view.channel)
    used = canvas.text(4, BODY_TOP + 3, big, scale=3)
    words = ("hears all", "channels") if view.channel == 0 else ("hears only", "this channel")
    for line, word in enumerate(words):
        canvas.text(used + 14, BODY_TOP + 4 + line * 11, word)
    for channel in range(1, CHANNELS + 1):
        _cell(canvas, channel, view.channel in (0, channel))
    canvas.footer(view.buttons)


def name(channel: int) -> str:
    """A channel as it is called: 0 is "omni"."""
    return "omni" if channel == 0 else str(channel)


def _cell(canvas: Canvas, channel: int, is_heard: bool) -> None:
    left = (channel - 1) * PITCH
    if is_heard:
        canvas.box(left, ROW_TOP, CELL, CELL)
    else:
        canvas.box(left + 2, ROW_TOP + 2, 3, 3)
