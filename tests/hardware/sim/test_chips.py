"""The simulated chips by themselves: what their datasheets say of reset values and commands."""

from __future__ import annotations

import pytest

from hardware.sim.ads1115_chip import Ads1115Chip
from hardware.sim.at42qt2120_chip import At42qt2120Chip
from hardware.sim.manual_clock import ManualClock
from hardware.sim.mpr121_chip import Mpr121Chip

CALIBRATE, STATUS = b"\x06\x01", b"\x02"
START_CHANNEL_2_AT_860 = b"\x01\xe3\xe3"


def test_at42qt2120_reset_values() -> None:
    chip = At42qt2120Chip()
    chip.write(b"\x00")
    assert chip.read(1) == b"\x3e"
    chip.write(b"\x08")
    assert chip.read(6) == bytes([1, 20, 5, 4, 255, 25])
    chip.write(b"\x10")
    assert chip.read(12) == bytes([10] * 12)


def test_at42qt2120_a_calibration_makes_what_is_felt_nothing() -> None:
    chip = At42qt2120Chip(calibration_reads=1)
    chip.write(STATUS)
    chip.read(3)
    chip.touch(9)
    chip.write(STATUS)
    assert chip.read(3) == bytes([0x01, 0, 0b111])  # keys 8 to 10
    chip.write(CALIBRATE)
    chip.write(STATUS)
    assert chip.read(3) == bytes([0x80, 0, 0])
    chip.write(STATUS)
    assert chip.read(3) == bytes([0, 0, 0])


def test_at42qt2120_ignores_writes_outside_of_its_setups() -> None:
    chip = At42qt2120Chip()
    chip.write(b"\x00\x11")
    chip.write(b"\x34\x11")
    chip.write(b"\x00")
    assert chip.read(1) == b"\x3e"


def test_mpr121_feels_nothing_until_started_and_keeps_settings_while_running() -> None:
    chip = Mpr121Chip()
    chip.touch(0, 0)
    chip.write(b"\x00")
    assert chip.read(2) == b"\0\0"
    chip.lift()
    chip.write(b"\x41" + bytes([15, 10] * 12))
    chip.write(b"\x5e\x8c")
    chip.write(b"\x41\xff")
    chip.touch(0, 0)
    chip.write(b"\x00")
    assert int.from_bytes(chip.read(2), "little") == 0b1000001 | 0b10000010
    chip.write(b"\x80\x63")
    chip.write(b"\x5d")
    assert chip.read(2) == b"\x24\x00"


def test_ads1115_a_conversion_takes_its_time() -> None:
    clock = ManualClock()
    chip = Ads1115Chip(clock.now_s)
    chip.write(b"\x01")
    assert chip.read(2) == b"\x85\x83"
    chip.pot(2, 0.5)
    chip.write(START_CHANNEL_2_AT_860)
    clock.advance(0.001)
    assert chip.read(2) == b"\x63\xe3"
    clock.advance(0.0002)
    assert chip.read(2) == b"\xe3\xe3"
    chip.write(b"\x00")
    assert int.from_bytes(chip.read(2), "big") == pytest.approx(1.65 / 4.096 * 0x8000, abs=1)


def test_ads1115_measures_differences_with_sign() -> None:
    clock = ManualClock()
    chip = Ads1115Chip(clock.now_s)
    chip.pot(1, 0.5)
    chip.write(b"\x01\x83\xe3")  # channel 0 less channel 1
    clock.advance(0.01)
    chip.write(b"\x00")
    value = int.from_bytes(chip.read(2), "big", signed=True)
    assert value == pytest.approx(-1.65 / 4.096 * 0x8000, abs=1)
