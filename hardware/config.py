"""How the hardware of one instrument is built and wired: plain values with the usual defaults."""

from __future__ import annotations

from dataclasses import dataclass

BOARDS = ("onss", "gpio", "sim", "window", "web")
OLED_DRIVERS = ("ssd1306", "sh1106", "none")
TOUCH_CHIPS = ("at42qt2120", "mpr121", "none")
ENCODER_STEPS = {"full": 4, "half": 2, "quarter": 1}
"""Quadrature transitions per detent, by the name that MiniDexed made common."""


@dataclass(frozen=True)
class BoardConfig:
    """Addresses are 7 bits; lines are BCM numbers; -1 or "" is "there is none"."""

    board: str = "onss"
    i2c_bus: int = 1  # /dev/i2c-N
    panel_address: int = 0x47
    oled_driver: str = "ssd1306"
    oled_address: int = 0  # 0: whichever of 0x3c and 0x3d answers
    oled_column_offset: int = -1  # -1: the usual one of the driver, 0 for SSD1306 and 2 for SH1106
    oled_rotated: bool = False  # by 180 degrees
    oled_reset_line: int = 4
    button_lines: tuple[int, ...] = (5, 6, 13, 26)
    touch_chip: str = "at42qt2120"  # board "gpio"
    touch_buses: tuple[int, ...] = (1, 3)  # of x and y: an AT42QT2120 is always at 0x1c
    touch_address: int = 0  # 0: the usual one, 0x1c for AT42QT2120 and 0x5a for MPR121
    encoder_lines: tuple[int, ...] = (17, 27, 22, 23, 24, 25, 12, 16)  # A, B of each corner
    encoder_steps: str = "full"
    encoder_reversed: bool = False
    adc_addresses: tuple[int, ...] = (0x48, 0x49)  # ADS1115: pots 0..3, pots 4..5
    din_device: str = ""  # "": the first of /dev/serial0, /dev/ttyAMA0, /dev/ttyS0 that is there
    din_rate: str = "auto"  # "31250", "38400" (with the overlay midi-uart0) or found out
    midi_port: str = ""  # only USB ports of this name; "": all
