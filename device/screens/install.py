"""The page of an install that runs: how far it is, and how long it will take."""

from __future__ import annotations

from device.screens.canvas import BODY_TOP, EDGE, LINE_HEIGHT, WIDTH, Canvas
from device.screens.wording import megabytes
from device.usb.view import InstallView
from device.view import View

BAR_TOP = BODY_TOP + LINE_HEIGHT + 1
BYTES_TOP = BAR_TOP + 11
TIME_TOP = BYTES_TOP + 9


def draw(view: View, canvas: Canvas) -> None:
    """The pack, a bar, bytes and time."""
    install = view.usb.install
    if install is None:
        canvas.title("Installing")
        canvas.text(0, BODY_TOP + LINE_HEIGHT, "nothing to install", align="centre")
    else:
        is_known = install.total_bytes > 0
        canvas.title("Installing", f"{install.part * 100:.0f} %" if is_known else "")
        canvas.text(EDGE, BODY_TOP, install.name, room=WIDTH - 2 * EDGE)
        canvas.bar(0, BAR_TOP, WIDTH, 9, install.part)
        _figures(canvas, install)
    canvas.footer(view.buttons)


def _figures(canvas: Canvas, install: InstallView) -> None:
    if not install.total_bytes:
        canvas.text(EDGE, BYTES_TOP, "looking at it…")
        return
    done = f"{megabytes(install.written_bytes)} of {megabytes(install.total_bytes)}"
    canvas.text(EDGE, BYTES_TOP, done)
    if install.left_s is not None:
        canvas.text(EDGE, TIME_TOP, f"{minutes(install.left_s)} left")


def minutes(seconds: float) -> str:
    """A time as "1:05", whole seconds."""
    whole = round(min(max(seconds, 0.0), 5999.0))
    return f"{whole // 60}:{whole % 60:02}"
