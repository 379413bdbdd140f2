"""The status page: what is wrong, or else how the machine does."""

from __future__ import annotations

from collections.abc import Iterator

from device.screens.canvas import (
    BODY_LINES,
    BODY_TOP,
    EDGE,
    LINE_HEIGHT,
    WIDTH,
    Canvas,
)
from device.screens.paging import page_at
from device.screens.wording import elided, plain, wrapped
from device.view import StatusView, View

BAR_LEFT, BAR_WIDTH = 32, 62
RIGHT_ROOM, RIGHT_GAP = 58, 6  # dots
OVERLOADED = 0.9  # of the audio thread's time: the next note may be late


def draw(view: View, canvas: Canvas) -> None:
    """Notices and faults page by page, with how the machine does as the last page."""
    pages = [*_notice_pages(view.notices), *_fault_pages(view.faults)]
    page = page_at(view.time_s, len(pages) + 1)
    if page.index < len(pages):
        part, lines = pages[page.index]
        canvas.title("Fault" if part else "Notice", page.mark)
        if part:
            canvas.label(0, BODY_TOP, elided(plain(part), WIDTH - 2 * EDGE))
        for line, text in enumerate(lines, start=1 if part else 0):
            canvas.text(EDGE, BODY_TOP + line * LINE_HEIGHT, text)
    else:
        canvas.title("Status", page.mark or _summary(view.status))
        _machine(view.status, view.time_s, canvas)
    canvas.footer(view.buttons)


def _summary(status: StatusView) -> str:
    if status.load >= OVERLOADED:
        return "overloaded"
    return "all well" if status.late_buffers == 0 else "was late"


def _notice_pages(notices: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """No part, and some lines for every page that the notices need."""
    for text in notices:
        for lines in _pages(text, BODY_LINES):
            yield "", lines


def _fault_pages(faults: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, list[str]]]:
    """The part and some lines for every page that the faults need."""
    for part, text in faults:
        for lines in _pages(text, BODY_LINES - 1):
            yield part or "?", lines


def _pages(text: str, count: int) -> Iterator[list[str]]:
    """A text as pages of so many lines; at least one."""
    lines = wrapped(plain(text), WIDTH - EDGE) or [""]
    for first in range(0, len(lines), count):
        yield lines[first : first + count]


def _machine(status: StatusView, time_s: float, canvas: Canvas) -> None:
    """Load, voices, memory and latency; the MIDI ports one after another, then the start."""
    rows = [BODY_TOP + line * LINE_HEIGHT for line in range(BODY_LINES)]
    canvas.bar(BAR_LEFT, rows[0], BAR_WIDTH, 7, status.load)
    last = [*(status.midi_ports or ["no MIDI port"]), *_start(status)]
    page = page_at(time_s, len(last))
    _row(canvas, rows[0], "load", f"{status.load * 100:.0f} %")
    _row(
        canvas,
        rows[1],
        f"voices {status.voices}/{status.max_voices}",
        f"late {status.late_buffers}",
    )
    _row(
        canvas, rows[2], f"{_memory(status.memory_free_mb)} free", f"lag {status.latency_ms:.1f} ms"
    )
    _row(canvas, rows[3], last[page.index], page.mark)


def _start(status: StatusView) -> tuple[str, ...]:
    """How long the last start took, of the machine and of the instrument itself."""
    start = status.playable
    if start is None:
        return ()
    return (f"start {start.after_kernel_s:.1f} s, own {start.after_start_s:.1f}",)


def _memory(free_mb: int) -> str:
    return f"{free_mb} MB" if free_mb < 1000 else f"{free_mb / 1000:.1f} GB"


def _row(canvas: Canvas, top: int, left: str, right: str) -> None:
    """Something at the left edge and something at the right one."""
    room = WIDTH - 2 * EDGE
    used = canvas.text(WIDTH - EDGE - RIGHT_ROOM, top, right, room=RIGHT_ROOM, align="right")
    canvas.text(EDGE, top, left, room=room - used - RIGHT_GAP)
