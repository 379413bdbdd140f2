"""The OLED's picture as text: 64 x 16 Braille characters, each of 2 x 4 dots."""

from __future__ import annotations

from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH

BLANK = 0x2800  # U+2800 BRAILLE PATTERN BLANK; the bits of the dots are added to it
DOT_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # [row][column]
COLUMNS, LINES = DISPLAY_WIDTH // 2, DISPLAY_HEIGHT // len(DOT_BITS)
ROW_BYTES = DISPLAY_WIDTH // 8


def _spread(byte: int, left: int, right: int) -> int:
    """Eight dots of one row as four characters' bits, one per byte of the result."""
    cells = 0
    for place in range(6, -1, -2):
        cells = cells << 8 | (left * (byte >> place + 1 & 1)) | (right * (byte >> place & 1))
    return cells


SPREAD = [[_spread(byte, left, right) for byte in range(256)] for left, right in DOT_BITS]


def braille(frame: bytes) -> list[str]:
    """LINES lines of COLUMNS characters for a frame as of interfaces.Display.show."""
    height = ROW_BYTES * len(DOT_BITS)
    return [_line(frame[start : start + height]) for start in range(0, len(frame), height)]


def _line(band: bytes) -> str:
    """Four rows of dots."""
    rows = [band[start : start + ROW_BYTES] for start in range(0, len(band), ROW_BYTES)]
    cells = b"".join(
        sum(spread[byte] for spread, byte in zip(SPREAD, column, strict=True)).to_bytes(4, "big")
        for column in zip(*rows, strict=True)
    )
    return "".join(chr(BLANK + bits) for bits in cells)
