"""The OLED models: by commands of the datasheets, and driven by another driver than ours."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from hardware.interfaces import FRAME_BYTES
from hardware.sim.oled_chip import OledChip
from hardware.sim.sim_bus import SimI2CBus

ADDRESS, RATE_HZ = 0x3C, 400_000
DARK = bytes(FRAME_BYTES)
LIT = b"\xff" * FRAME_BYTES


def ready(driver: str = "ssd1306") -> OledChip:
    """An upright module, switched on, its memory dark; page addressing."""
    chip = OledChip(driver)
    power = [0x8D, 0x14] if driver == "ssd1306" else []
    chip.write(bytes([0x00, *power, 0xA1, 0xC8, 0xAF]))
    for page in range(8):
        chip.write(bytes([0x00, 0xB0 | page, 0x00, 0x10]))
        chip.write(bytes([0x40]) + bytes(132 if driver == "sh1106" else 128))
    return chip


def dots(frame: bytes) -> set[tuple[int, int]]:
    return {
        (index % 16 * 8 + bit, index // 16)
        for index, byte in enumerate(frame)
        for bit in range(8)
        if byte & 0x80 >> bit
    }


def test_switched_on_it_is_dark_and_full_of_noise() -> None:
    chip = OledChip()
    assert chip.picture() == DARK
    chip.write(b"\x00\x8d\x14\xaf")
    assert 3500 < len(dots(chip.picture())) < 4700


def test_without_the_charge_pump_it_stays_dark() -> None:
    chip = ready()
    chip.write(b"\x00\xa5")
    assert chip.picture() == LIT
    chip.write(b"\x00\x8d\x10")
    assert chip.picture() == DARK


@pytest.mark.parametrize("driver", ["ssd1306", "sh1106"])
def test_one_byte_of_data(driver: str) -> None:
    chip = ready(driver)
    offset = 2 if driver == "sh1106" else 0
    column = 5 + offset
    chip.write(bytes([0x00, 0xB2, column & 15, 0x10 | column >> 4]))
    chip.write(b"\x40\x81")
    assert dots(chip.picture()) == {(5, 16), (5, 23)}


def test_control_bytes_with_continuation() -> None:
    chip = ready()
    chip.write(bytes([0x80, 0xB0, 0x80, 0x03, 0xC0, 0x01, 0x80, 0x09, 0x40, 0x02, 0x04]))
    assert dots(chip.picture()) == {(3, 0), (9, 1), (10, 2)}


def test_arguments_may_come_in_a_later_transfer() -> None:
    chip = ready()
    chip.write(b"\x00\x81")
    chip.write(b"\x00\xaf")
    assert chip.contrast == 0xAF


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([0x43], {(0, 61)}),  # start line 3: all moves up, and round
        ([0xD3, 0x01], {(0, 63)}),
        ([0xC0], {(0, 63)}),  # rows the other way round at once
        ([0xA0], {(0, 0)}),  # columns only for data that is still to come
        ([0xA8, 0x1F], {(0, 32)}),
    ],
)
def test_where_a_dot_appears(commands: list[int], expected: set[tuple[int, int]]) -> None:
    chip = ready()
    chip.write(b"\x00\xb0\x00\x10")
    chip.write(b"\x40\x01")
    assert dots(chip.picture()) == {(0, 0)}
    chip.write(bytes([0x00, *commands]))
    assert dots(chip.picture()) == expected


def test_rows_wired_otherwise() -> None:
    chip = ready()
    chip.write(b"\x00\xb2\x00\x10")
    chip.write(b"\x40\x01")
    assert dots(chip.picture()) == {(0, 16)}
    chip.write(b"\x00\xda\x02")
    assert dots(chip.picture()) == {(0, 32)}


def test_inverted() -> None:
    chip = ready()
    chip.write(b"\x00\xa7")
    assert chip.picture() == LIT


def test_page_addressing_stays_in_its_page() -> None:
    chip = ready()
    chip.write(b"\x00\xb1\x0f\x17")  # column 127
    chip.write(b"\x40\x01\x01")
    assert dots(chip.picture()) == {(127, 8), (0, 8)}


def test_an_sh1106_stops_after_its_last_column() -> None:
    chip = ready("sh1106")
    chip.write(b"\x00\xb1\x01\x18")  # column 129, the last one with glass
    chip.write(b"\x40\x01\x01\x01\x01\x01")
    assert dots(chip.picture()) == {(127, 8)}


@pytest.mark.parametrize(("mode", "expected"), [(0, {(0, 0), (1, 0)}), (1, {(0, 0), (0, 8)})])
def test_other_ways_to_go_on(mode: int, expected: set[tuple[int, int]]) -> None:
    chip = ready()
    chip.write(bytes([0x00, 0x20, mode, 0x21, 0, 127, 0x22, 0, 7]))
    chip.write(b"\x40\x01\x01")
    assert dots(chip.picture()) == expected


def test_an_sh1106_does_not_know_the_charge_pump_of_the_other() -> None:
    chip = ready("sh1106")
    chip.write(b"\x00\x8d\x14")
    assert chip.unknown_commands() == [0x8D]


def test_status_and_reset() -> None:
    chip = ready()
    assert chip.read(1) == b"\x00"
    chip.reset()
    assert chip.read(1) == b"\x40"
    assert chip.picture() == DARK


class LumaBus:
    """What luma.core calls of smbus2, to a simulated bus."""

    def __init__(self, bus: SimI2CBus) -> None:
        self._bus = bus

    def i2c_rdwr(self, message: tuple[int, list[int]]) -> None:
        self._bus.write(message[0], bytes(message[1]))

    def write_i2c_block_data(self, address: int, register: int, data: list[int]) -> None:
        self._bus.write(address, bytes([register, *data]))


@pytest.mark.filterwarnings("ignore:Image.Image.getdata")
@pytest.mark.parametrize(("driver", "longest_s"), [("ssd1306", 0.0231), ("sh1106", 0.0029)])
def test_luma_draws_the_same_picture_in_long_transfers(driver: str, longest_s: float) -> None:
    """A driver of other people agrees with the model; and why ours is another one."""
    devices: Any = pytest.importorskip("luma.oled.device")
    serial: Any = pytest.importorskip("luma.core.interface.serial")
    image: Any = pytest.importorskip("PIL.Image")
    chip = OledChip(driver)
    bus = SimI2CBus({ADDRESS: chip})
    wire = serial.i2c(bus=LumaBus(bus), address=ADDRESS)
    # As it is with a bus that luma has opened itself.
    wire._managed, wire._i2c_msg_write = True, lambda address, data: (address, data)
    device = getattr(devices, driver)(wire)
    bus.transfers.clear()
    frame = Random(3).randbytes(FRAME_BYTES)
    device.display(image.frombytes("1", (128, 64), frame))
    assert chip.picture() == frame
    assert bus.transfers.longest_s(RATE_HZ) == pytest.approx(longest_s, rel=0.02)
