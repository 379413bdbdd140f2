"""How the hardware of one instrument is built and wired: plain values with the usual defaults.

Every field carries its allowed range for whoever reads it from a file: `choices`, or `low` and
`high`; a tuple also `counts`, how many values it may have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

BOARDS = ("onss", "gpio", "sim", "window", "web")
OLED_DRIVERS = ("ssd1306", "sh1106", "none")
TOUCH_CHIPS = ("at42qt2120", "mpr121", "none")
DIN_RATES = ("auto", "31250", "38400", "none")
ENCODER_STEPS = {"full": 4, "half": 2, "quarter": 1}
"""Quadrature transitions per detent, by the name that MiniDexed made common."""

HIGHEST_LINE = 53  # of the header's chip, by BCM number


def _number(default: int, low: int, high: int) -> Any:  # noqa: ANN401 (a dataclass field)
    return field(default=default, metadata={"low": low, "high": high})


def _choice(default: str, choices: tuple[str, ...]) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"choices": choices})


def _numbers(default: tuple[int, ...], low: int, high: int, *counts: int) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"low": low, "high": high, "counts": counts})


@dataclass(frozen=True)
class BoardConfig:
    """Addresses are 7 bits; lines are BCM numbers; -1 or "" is "there is none"."""

    board: str = _choice("onss", BOARDS)
    i2c_bus: int = _number(1, 0, 255)  # /dev/i2c-N
    panel_address: int = _number(0x47, 0x08, 0x77)
    oled_driver: str = _choice("ssd1306", OLED_DRIVERS)
    oled_address: int = _number(0, 0, 0x77)  # 0: whichever of 0x3c and 0x3d answers
    # -1: the usual one of the driver, 0 for SSD1306 and 2 for SH1106
    oled_column_offset: int = _number(-1, -1, 4)
    oled_rotated: bool = False  # by 180 degrees
    oled_reset_line: int = _number(4, -1, HIGHEST_LINE)
    button_lines: tuple[int, ...] = _numbers((5, 6, 13, 26), 0, HIGHEST_LINE, 0, 4)
    touch_chip: str = _choice("at42qt2120", TOUCH_CHIPS)  # of the board "gpio", as all below
    touch_buses: tuple[int, ...] = _numbers((1, 3), 0, 255, 1, 2)  # AT42QT2120: of x and of y
    touch_address: int = _number(0, 0, 0x77)  # 0: the usual one of the chip
    # A and B of each corner's encoder
    encoder_lines: tuple[int, ...] = _numbers((17, 27, 22, 23, 24, 25, 12, 16), 0, 53, 0, 8)
    encoder_steps: str = _choice("full", tuple(ENCODER_STEPS))
    encoder_reversed: bool = False
    adc_addresses: tuple[int, ...] = _numbers((0x48, 0x49), 0x48, 0x4B, 0, 1, 2)  # of ADS1115s
    # "": the first of the header's serial ports that is there
    din_device: str = ""
    din_rate: str = _choice("auto", DIN_RATES)  # 38400 only with the overlay midi-uart0
    midi_port: str = ""  # only USB ports of this name; "": all
