"""The page of USB sticks: which packs they bring, what installing one means, and how it ended."""

from __future__ import annotations

from device.events import Offer, Standing
from device.screens.canvas import BODY_LINES, BODY_TOP, EDGE, LINE_HEIGHT, WIDTH, Canvas
from device.screens.paging import paged, window
from device.screens.wording import elided, megabytes, plain, wrapped
from device.usb.view import InstallPhase, InstallView, UsbView
from device.view import View

LISTED = BODY_LINES - 1  # above the question
QUESTION_TOP = BODY_TOP + LISTED * LINE_HEIGHT
NAME_LEFT = 12
QUESTIONS = {
    Standing.NEW: "install?",
    Standing.OTHER: "replace?",
    Standing.SAME: "is on the card",
}


def draw(view: View, canvas: Canvas) -> None:
    """The end of the last install until it has been read, else the offers."""
    usb, install = view.usb, view.usb.install
    if install is not None and install.phase is not InstallPhase.RUNNING:
        _result(canvas, install, view.time_s)
    elif usb.offers:
        _offers(canvas, usb)
    else:
        _nothing(canvas, usb)
    canvas.footer(view.buttons)


def _offers(canvas: Canvas, usb: UsbView) -> None:
    """The pack, or some round the chosen one, which is inverted; and the question about it."""
    count = len(usb.offers)
    chosen = min(usb.chosen, count - 1)
    offer = usb.offers[chosen]
    if count == 1:
        canvas.title("USB stick")
        canvas.lines(EDGE, BODY_TOP, offer.name, WIDTH - EDGE, LISTED)
    else:
        canvas.title("USB stick", f"{chosen + 1}/{count}")
        for line, at in enumerate(window(count, chosen, LISTED)):
            _row(canvas, BODY_TOP + line * LINE_HEIGHT, usb.offers[at], at == chosen)
    question = f"{megabytes(offer.size_bytes)}: {QUESTIONS[offer.standing]}"
    canvas.text(EDGE, QUESTION_TOP, question)


def _row(canvas: Canvas, top: int, offer: Offer, is_chosen: bool) -> None:
    """A tick marks what is on the card; a dot, of which there is another version."""
    if is_chosen:
        canvas.box(0, top - 1, WIDTH, LINE_HEIGHT)
    if offer.standing is Standing.SAME:
        canvas.line([(2, top + 3), (4, top + 5), (8, top + 1)], is_lit=not is_chosen)
    elif offer.standing is Standing.OTHER:
        canvas.box(4, top + 2, 3, 3, is_lit=not is_chosen)
    room = WIDTH - NAME_LEFT - EDGE
    canvas.text(NAME_LEFT, top, offer.name, room=room, is_lit=not is_chosen)


def _result(canvas: Canvas, install: InstallView, time_s: float) -> None:
    """The name of the pack, and what has become of it."""
    is_there = install.phase is InstallPhase.DONE
    text = "installed: it is on the packs page" if is_there else install.text
    rows, page = paged(wrapped(plain(text), WIDTH - EDGE), BODY_LINES - 1, time_s)
    word = "done" if is_there else "failed"
    canvas.title("USB stick", f"{word}  {page.mark}" if page.mark else word)
    canvas.label(0, BODY_TOP, elided(plain(install.name), WIDTH - 2 * EDGE))
    for line, row in enumerate(rows, start=1):
        canvas.text(EDGE, BODY_TOP + line * LINE_HEIGHT, row)


def _nothing(canvas: Canvas, usb: UsbView) -> None:
    """Why nothing is offered."""
    canvas.title("USB stick")
    text = usb.trouble or ("no sound pack on it" if usb.sticks else "no stick")
    canvas.lines(EDGE, BODY_TOP, text, WIDTH - EDGE, BODY_LINES)
