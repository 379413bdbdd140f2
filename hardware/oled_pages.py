"""From rows of dots to the pages of a display's memory, and what has changed in them.

A page is 8 rows: one byte per column, the top dot in the lowest bit. A frame's rows have 16
bytes, the leftmost dot in the highest bit; so 128 bytes of a frame are 8 rows, are one page.
"""

from __future__ import annotations

from collections.abc import Iterator

from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH

PAGES = DISPLAY_HEIGHT // 8
PAGE_BYTES = DISPLAY_WIDTH  # of a frame as well as of the display's memory
ROW_BYTES = DISPLAY_WIDTH // 8

# A byte of 8 dots side by side, spread over 8 bytes: 0x00 or 0x01 each, the highest bit first.
_SPREAD = [bytes(byte >> bit & 1 for bit in range(7, -1, -1)) for byte in range(256)]


def page_of(frame: bytes, page: int) -> bytes:
    """Page 0..7 of a frame, as the 128 bytes that go to the display.

    All 128 columns at once, as one large number: each row spread to a byte per dot and shifted
    to its bit (25 us a page on a PC where dot by dot takes 670).
    """
    columns = 0
    for row in range(8):
        start = page * PAGE_BYTES + row * ROW_BYTES
        spread = b"".join([_SPREAD[byte] for byte in frame[start : start + ROW_BYTES]])
        columns |= int.from_bytes(spread, "big") << row
    return columns.to_bytes(PAGE_BYTES, "big")


def changed_spans(old: bytes, new: bytes, gap: int) -> Iterator[tuple[int, int]]:
    """Column ranges (start, end) in which two pages differ; ranges up to `gap` apart are one."""
    changed = [column for column, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    if not changed:
        return
    start = last = changed[0]
    for column in changed[1:]:
        if column - last > gap + 1:
            yield start, last + 1
            start = column
        last = column
    yield start, last + 1
