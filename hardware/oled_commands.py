"""What to say to an SSD1306 or SH1106: control bytes, commands, initialisation sequences.

Sources: Solomon Systech SSD1306 datasheet rev. 1.1, sections 8.1.5 and 9, with its application
note for the charge pump; Sino Wealth SH1106 datasheet V2.3, I2C interface and command table.
"""

from __future__ import annotations

from typing import TypeVar

from hardware.errors import BoardConfigError

Fact = TypeVar("Fact")

COMMANDS, DATA = 0x00, 0x40  # control byte before a transfer's commands, or its display data

DISPLAY_OFF, DISPLAY_ON = 0xAE, 0xAF
CONTRAST = 0x81
PAGE, COLUMN_LOW, COLUMN_HIGH = 0xB0, 0x00, 0x10
SEGMENT_NORMAL, SEGMENT_REVERSED = 0xA0, 0xA1
SCAN_NORMAL, SCAN_REVERSED = 0xC0, 0xC8

# Modules have the connector above the picture: upright is both directions reversed.
_UPRIGHT = bytes([SEGMENT_REVERSED, SCAN_REVERSED])
_ROTATED = bytes([SEGMENT_NORMAL, SCAN_NORMAL])

_GEOMETRY = bytes([
    0xD5, 0x80,  # display clock: divided by 1, the oscillator at its usual frequency
    0xA8, 0x3F,  # multiplex ratio: 64 rows
    0xD3, 0x00,  # display offset: none
    0x40,        # start line: row 0 of the memory at the top
    0xDA, 0x12,  # row pins: alternating, as 128 x 64 glass is wired
])  # fmt: skip
_PICTURE = bytes([
    0xA4,  # show the memory, not all dots lit
    0xA6,  # a set bit is a lit dot
])  # fmt: skip

_POWER = {
    "ssd1306": bytes([
        0x8D, 0x14,  # charge pump on: the module makes its 7.5 V itself
        0x20, 0x02,  # page addressing, the only mode that an SH1106 has
        0xD9, 0xF1,  # precharge 1 clock, discharge 15: what the application note has for the pump
        0xDB, 0x40,  # deselect level of the rows: the highest, for the least glow of dark dots
        0x2E,        # no scrolling: a chip that was not reset may still be at it
    ]),
    "sh1106": bytes([
        0xAD, 0x8B,  # DC-DC converter on
        0x32,        # its voltage: 8.0 V, the value after power-on
        0xD9, 0x22,  # precharge and discharge 2 clocks each, the value after power-on
        0xDB, 0x35,  # deselect level 0.77 of the supply, the value after power-on
    ]),
}  # fmt: skip
COLUMN_OFFSETS = {"ssd1306": 0, "sh1106": 2}  # an SH1106 drives 132 columns; glass has the middle


def initialisation(driver: str, is_rotated: bool, contrast: int) -> bytes:
    """All settings of a display, contrast 0..255; does not switch it on or off.

    Raises BoardConfigError for a driver that is neither ssd1306 nor sh1106.
    """
    return (
        _GEOMETRY
        + known(driver, _POWER)
        + (_ROTATED if is_rotated else _UPRIGHT)
        + bytes([CONTRAST, contrast])
        + _PICTURE
    )


def at(page: int, column: int) -> bytes:
    """Put the next data at this page 0..7 and column of the display's memory."""
    return bytes([PAGE | page, COLUMN_LOW | column & 15, COLUMN_HIGH | column >> 4])


def known(driver: str, table: dict[str, Fact]) -> Fact:
    """What a table of facts by driver says; raises BoardConfigError if it has no such driver."""
    if driver not in table:
        raise BoardConfigError(f"no OLED driver {driver!r}; there are {', '.join(table)}")
    return table[driver]
