"""The patch screen: what is being done with a stored sound, and which slots hold one."""

from __future__ import annotations

from device.screens.canvas import EDGE, LINE_HEIGHT, WIDTH, Canvas
from device.screens.faults import playing_title
from device.screens.paging import paged
from device.screens.wording import plain, wrapped
from device.view import PatchAction, PatchView, View

SLOTS, COLUMNS = 128, 32
CELL = WIDTH // COLUMNS
MAP_TOP = 48
NUMBER_TOP, NUMBER_WIDTH = 12, 54
WORDS_LEFT = NUMBER_WIDTH + 6
REASON_TOP, REASON_LINES = 33, 3
BLINK_S = 0.5


def draw(view: View, canvas: Canvas) -> None:
    """The slot in big letters and what happens to it, above the map of all slots."""
    patch = view.patch
    if patch is None:
        playing_title(canvas, view, "Patches", f"{len(view.patch_slots)} stored")
        canvas.text(0, 24, "hold a button to save", align="centre")
    elif patch.action is PatchAction.FAILED:
        _failure(canvas, view, patch)
        return
    else:
        playing_title(canvas, view, "Patch", f"{len(view.patch_slots)} stored")
        _number(canvas, patch)
        _words(canvas, patch, patch.slot in view.patch_slots)
    _map(canvas, view, None if patch is None else patch.slot)


def _number(canvas: Canvas, patch: PatchView) -> None:
    """The slot as players count, from 1; dark on a lit box once something was done with it."""
    is_done = patch.action is not PatchAction.HOLDING
    canvas.box(0, NUMBER_TOP, NUMBER_WIDTH, 33)
    if not is_done:
        canvas.box(1, NUMBER_TOP + 1, NUMBER_WIDTH - 2, 31, is_lit=False)
    canvas.text(
        1,
        NUMBER_TOP + 6,
        str(patch.slot + 1),
        room=NUMBER_WIDTH - 2,
        scale=3,
        align="centre",
        is_lit=not is_done,
    )


def _words(canvas: Canvas, patch: PatchView, is_held: bool) -> None:
    if patch.action is PatchAction.HOLDING:
        canvas.text(WORDS_LEFT, 14, "hold to save")
        canvas.bar(WORDS_LEFT, 25, WIDTH - WORDS_LEFT, 9, patch.progress)
        canvas.text(WORDS_LEFT, 37, patch.text or ("tap: recall" if is_held else "empty slot"))
    else:
        canvas.label(WORDS_LEFT - 2, 14, patch.action.value)
        canvas.lines(WORDS_LEFT, 26, patch.text, WIDTH - WORDS_LEFT, 2)


def _failure(canvas: Canvas, view: View, patch: PatchView) -> None:
    """The slot, and why it failed, page by page if that takes more than the room there is."""
    reason = wrapped(plain(patch.text), WIDTH - EDGE)
    lines, page = paged(reason, REASON_LINES, view.time_s)
    playing_title(canvas, view, "Patch", page.mark)
    used = canvas.text(2, 13, str(patch.slot + 1), scale=2)
    canvas.label(used + 10, 17, "failed")
    for row, line in enumerate(lines):
        canvas.text(EDGE, REASON_TOP + row * LINE_HEIGHT, line)


def _map(canvas: Canvas, view: View, current: int | None) -> None:
    """A cell for every slot: full where it holds a patch, blinking where something happens."""
    held = set(view.patch_slots)
    for slot in range(SLOTS):
        row, column = divmod(slot, COLUMNS)
        left, top = column * CELL, MAP_TOP + row * CELL
        if slot in held:
            canvas.box(left, top, CELL - 1, CELL - 1)
        else:
            canvas.dots([(left + 1, top + 1)])
        if slot == current:
            is_on = int(view.time_s // BLINK_S) % 2 == 0
            canvas.box(left, top, CELL - 1, CELL - 1, is_lit=is_on)
