"""One contract for every I2C bus: the simulated one, and ours over smbus2 and /dev/i2c-1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from hardware.errors import BusFaultError, ChecksumError, ChipMissingError
from hardware.interfaces import FRAME_BYTES
from hardware.panel import INPUT_BYTES, checksum, decode

if TYPE_CHECKING:
    from conftest import Bench

NOBODY = 0x21


def stripes(shift: int = 0) -> bytes:
    return bytes((7 * index + index // 16 * 13 + shift) % 256 for index in range(FRAME_BYTES))


# --- transfers ---


def test_nobody_at_an_address(bench: Bench) -> None:
    for transfer in (
        lambda: bench.bus.write(NOBODY, b"\0"),
        lambda: bench.bus.write(NOBODY, b"\0\1\2"),
        lambda: bench.bus.write_read(NOBODY, b"\0", 2),
        lambda: bench.bus.read(NOBODY, 1),
    ):
        with pytest.raises(ChipMissingError, match="0x21"):
            transfer()


def test_a_line_held_low_is_no_missing_chip(bench: Bench) -> None:
    bench.wires.hang()
    with pytest.raises(BusFaultError, match="held low"):
        bench.bus.write(bench.panel_address, b"\0")
    bench.wires.release()
    bench.bus.write(bench.panel_address, b"\0")


def test_write_then_read(bench: Bench) -> None:
    bench.panel_chip.turn(2, 5)
    bench.bus.write(bench.panel_address, b"\0")
    message = bench.bus.read(bench.panel_address, 16)
    assert message[:INPUT_BYTES] == bytes([255, 255, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0])
    assert int.from_bytes(message[INPUT_BYTES:], "little") == checksum(message[:INPUT_BYTES])


def test_write_and_read_after_a_repeated_start(bench: Bench) -> None:
    bench.panel_chip.pot(5, 200)
    message = bench.bus.write_read(bench.panel_address, b"\0", 16)
    assert decode(message).pots == (0, 0, 0, 0, 0, 200 / 255)


def test_an_unplugged_chip_comes_back(bench: Bench) -> None:
    bench.bus.write(bench.panel_address, b"\0")
    bench.wires.unplug(bench.panel_address)
    for _ in range(3):
        with pytest.raises(ChipMissingError):
            bench.bus.write(bench.panel_address, b"\0")
    bench.wires.plug(bench.panel_address)
    assert decode(bench.bus.write_read(bench.panel_address, b"\0", 16)).touch is None


def test_a_closed_bus_opens_again(bench: Bench) -> None:
    bench.bus.write(bench.panel_address, b"\0")
    bench.bus.close()
    bench.bus.close()
    assert len(bench.bus.read(bench.panel_address, 1)) == 1


# --- the panel ---


def test_the_panel_tells_what_hands_do(bench: Bench) -> None:
    bench.panel_chip.touch(3, 7)
    bench.panel_chip.turn(0, -1)
    bench.panel_chip.turn(3, 300)
    bench.panel_chip.pot(1, 51)
    readings = bench.panel.read()
    assert readings.touch is not None
    assert (readings.touch.x, readings.touch.y) == (0.3, 0.7)
    assert readings.encoders == (255, 0, 0, 44)
    assert readings.pots == (0, 0.2, 0, 0, 0, 0)
    bench.panel_chip.lift()
    assert bench.panel.read().touch is None


def test_a_panel_that_is_unplugged_for_a_while(bench: Bench) -> None:
    bench.wires.unplug(bench.panel_address)
    for _ in range(2):
        with pytest.raises(ChipMissingError, match="0x47"):
            bench.panel.read()
    bench.wires.plug(bench.panel_address)
    bench.panel_chip.turn(1, 4)
    assert bench.panel.read().encoders == (0, 4, 0, 0)


def test_half_of_the_messages_broken(bench: Bench) -> None:
    bench.wires.noise(bench.panel_address, 0.5)
    bench.panel_chip.touch(10, 0)
    good = 0
    for _ in range(100):
        try:
            touch = bench.panel.read().touch
        except ChecksumError as error:
            assert "broken messages in a row" in str(error)  # noqa: PT017
        else:
            assert touch is not None
            assert (touch.x, touch.y) == (1, 0)
            good += 1
    assert good >= 93  # of 98.4 to be expected


def test_a_stuck_panel_is_no_missing_one(bench: Bench) -> None:
    bench.panel_chip.freeze()
    with pytest.raises(ChecksumError, match=r"stuck.*0xff"):
        bench.panel.read()
    bench.panel_chip.restart()
    assert bench.panel.read().encoders == (0, 0, 0, 0)


# --- the display ---


@pytest.mark.parametrize("driver", ["ssd1306", "sh1106"])
def test_the_display_shows_the_frame(make_bench: Callable[[str], Bench], driver: str) -> None:
    bench = make_bench(driver)
    for shift in range(3):
        bench.oled.show(stripes(shift))
        assert bench.oled_chip.picture() == stripes(shift)
    assert bench.oled_chip.unknown_commands() == []


def test_a_display_that_is_unplugged_for_a_while(bench: Bench) -> None:
    bench.oled.show(stripes())
    bench.wires.unplug(bench.oled_address)
    with pytest.raises(ChipMissingError, match="0x3d"):
        bench.oled.show(stripes(1))
    with pytest.raises(ChipMissingError, match="0x3c, 0x3d"):
        bench.oled.show(stripes(1))
    bench.oled_chip.power_cycle()
    bench.wires.plug(bench.oled_address)
    bench.oled.show(stripes(1))
    assert bench.oled_chip.picture() == stripes(1)


def test_panel_and_display_share_the_bus(bench: Bench) -> None:
    for step in range(5):
        bench.oled.show(stripes(step))
        bench.panel_chip.turn(0, 1)
        assert bench.panel.read().encoders == (step + 1, 0, 0, 0)
    assert bench.oled_chip.picture() == stripes(4)
    bench.oled.close()
    assert bench.oled_chip.picture() == bytes(FRAME_BYTES)
    assert bench.panel.read().encoders == (5, 0, 0, 0)
