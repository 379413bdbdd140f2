"""The self-test page: every part with its result, and the reason under each that failed."""

from __future__ import annotations

from collections.abc import Iterator

from device.screens import checks
from device.screens.canvas import BODY_LINES, BODY_TOP, EDGE, LINE_HEIGHT, WIDTH, Canvas
from device.screens.paging import paged
from device.screens.wording import plain, wrapped
from device.view import CheckView, View

INDENT = 8
REASON_LINES = 2


def draw(view: View, canvas: Canvas) -> None:
    """The checks, page by page if they do not fit."""
    rows, page = paged(list(_rows(view.checks)), BODY_LINES, view.time_s)
    failed = sum(check.result == checks.FAILED for check in view.checks)
    summary = f"{failed} failed" if failed else "all well" if view.checks else ""
    canvas.title("Self-test", f"{summary}  {page.mark}" if page.mark else summary)
    if not view.checks:
        canvas.text(0, BODY_TOP + LINE_HEIGHT, "no checks yet", align="centre")
    for line, entry in enumerate(rows):
        top = BODY_TOP + line * LINE_HEIGHT
        if isinstance(entry, str):
            canvas.text(INDENT, top, entry)
        else:
            checks.row(canvas, top, entry)
    canvas.footer(view.buttons)


def _rows(found: tuple[CheckView, ...]) -> Iterator[CheckView | str]:
    """Checks, each that failed with up to REASON_LINES lines of its reason."""
    for check in found:
        yield check
        if check.result == checks.FAILED:
            yield from wrapped(plain(check.detail), WIDTH - INDENT - EDGE)[:REASON_LINES]
