"""The MIDI monitor: the last messages, whether or not they are for this instrument."""

from __future__ import annotations

from device.screens.canvas import BODY_LINES, BODY_TOP, EDGE, LINE_HEIGHT, WIDTH, Canvas
from device.screens.channel import name
from device.view import MidiLine, View

TEXT_LEFT = 11
PORT_GAP, PORT_LEAST = 6, 16  # dots


def draw(view: View, canvas: Canvas) -> None:
    """The latest messages, the newest at the bottom; a cross marks those of other channels."""
    canvas.title("MIDI in", name(view.channel) if view.channel == 0 else f"channel {view.channel}")
    shown = view.midi[-BODY_LINES:]
    for line, message in enumerate(shown):
        _row(canvas, BODY_TOP + line * LINE_HEIGHT, message)
    if not shown:
        _waiting(view, canvas)
    canvas.footer(view.buttons)


def _row(canvas: Canvas, top: int, message: MidiLine) -> None:
    if message.is_heard:
        canvas.text(EDGE, top, "♪")
    else:
        canvas.line([(1, top + 1), (6, top + 6)])
        canvas.line([(6, top + 1), (1, top + 6)])
    used = canvas.text(TEXT_LEFT, top, message.text)
    left = TEXT_LEFT + used + PORT_GAP
    room = WIDTH - EDGE - left
    if room >= PORT_LEAST:
        canvas.text(left, top, message.port, align="right", room=room)


def _waiting(view: View, canvas: Canvas) -> None:
    """What to look at when nothing comes: the ports there are, and the channel listened to."""
    ports = view.status.midi_ports
    canvas.text(0, BODY_TOP, "no MIDI yet", align="centre")
    heard = "every channel" if view.channel == 0 else f"only channel {view.channel}"
    canvas.text(0, BODY_TOP + 14, f"hearing {heard}", align="centre")
    canvas.text(0, BODY_TOP + 26, ", ".join(ports) or "no port is connected", align="centre")
