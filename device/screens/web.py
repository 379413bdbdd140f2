"""The web page: the web panel's address as a code for a phone's camera and to type, or why not."""

from __future__ import annotations

import re

from device.events import Access, Reach
from device.screens.canvas import (
    BODY_LINES,
    BODY_TOP,
    EDGE,
    HEIGHT_DOTS,
    LINE_HEIGHT,
    TITLE_HEIGHT,
    WIDTH,
    Canvas,
)
from device.screens.code import MODULES, Modules, qr_code
from device.screens.legends import NOTHING
from device.screens.letters import width
from device.screens.wording import plain
from device.view import View

TITLE = "Web panel"
GIVEN = ("with your", "web_token")
DOTS = 2  # of a module, each way
QUIET = 2  # modules of light round the code; what lies outside is dark like the display's rim
SIDE = (MODULES + 2 * QUIET) * DOTS
COLUMN = SIDE + 2  # left end of what stands beside the code
TEXT_TOP = TITLE_HEIGHT + 2
ARROW_TOP = SIDE + 1
REASONS = {
    Reach.STARTING: "starting…",
    Reach.OFF: "It is off. web = true in [remote] of the settings turns it on.",
    Reach.HERE_ONLY: 'Only for this machine. In [remote] of the settings web_host = "0.0.0.0" '
    "opens it.",
    Reach.FAILED: "It cannot be opened: the status page tells why.",
    Reach.NO_NETWORK: "No network yet: plug a cable in, or set Wi-Fi up as in the card's "
    "README.txt.",
}


def draw(view: View, canvas: Canvas) -> None:
    """The code with the address beside it, the address alone, or why there is none."""
    access = view.access
    if access.reach is not Reach.OPEN:
        _alone(canvas, view, REASONS[access.reach])
        return
    code = qr_code(access.url)
    if code is None:
        _alone(canvas, view, access.url.removeprefix("http://"))
        return
    _draw_code(canvas, code)
    _beside(canvas, access)
    _legends(canvas, view.buttons)


def _alone(canvas: Canvas, view: View, text: str) -> None:
    canvas.title(TITLE)
    canvas.lines(EDGE, BODY_TOP, text, WIDTH - EDGE, BODY_LINES)
    canvas.footer(view.buttons)


def _draw_code(canvas: Canvas, code: Modules) -> None:
    """Dark on light, as cameras expect it: lit dots are the light ones."""
    canvas.box(0, 0, SIDE, SIDE)
    for y, row in enumerate(code, start=QUIET):
        for x, is_dark in enumerate(row, start=QUIET):
            if is_dark:
                canvas.box(x * DOTS, y * DOTS, DOTS, DOTS, is_lit=False)


def _beside(canvas: Canvas, access: Access) -> None:
    """Address and token, one after the other as they are typed; or where to find the token."""
    canvas.box(COLUMN, 0, WIDTH - COLUMN, TITLE_HEIGHT)
    canvas.text(COLUMN + EDGE, 1, TITLE, is_lit=False)
    rows = _rows(access.address)
    if access.is_given:
        rows += GIVEN
    else:
        path = plain(f"/{access.token}")
        half = len(path) // 2 + 1
        rows += [path[:half], path[half:]]
    for line, row in enumerate(rows[:BODY_LINES]):
        canvas.text(COLUMN, TEXT_TOP + line * LINE_HEIGHT, row)


def _rows(text: str) -> list[str]:
    """As few rows as there must be, each but the last with a dot or colon at its end."""
    rows = [""]
    for part in re.findall(r"[^.:]+[.:]?|[.:]", plain(text)):
        if rows[-1] and width(rows[-1] + part) > WIDTH - COLUMN:
            rows.append("")
        rows[-1] += part
    return rows


def _legends(canvas: Canvas, buttons: tuple[str, str, str, str]) -> None:
    """The words of the right buttons; under the code is room for an arrow that leads back."""
    canvas.footer((NOTHING, NOTHING, *buttons[2:]))
    if buttons[0]:
        canvas.box(0, ARROW_TOP, WIDTH // 4 - 1, HEIGHT_DOTS - ARROW_TOP)
        middle, top = WIDTH // 8, ARROW_TOP + 1
        canvas.line([(middle - 4, top + 1), (middle + 4, top + 1)], is_lit=False)
        canvas.line([(middle - 3, top), (middle - 3, top + 2)], is_lit=False)
