"""The pad of two AT42QT2120, against register-level chips on simulated buses."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from hardware.errors import BusFaultError, ChipMismatchError, ChipMissingError, HardwareError
from hardware.interfaces import Touch
from hardware.sim.at42qt2120_chip import At42qt2120Chip
from hardware.sim.sim_bus import SimI2CBus
from hardware.touch_at42qt2120 import ADDRESS, SETUP, At42qt2120Touch


@dataclass
class Pad:
    """Two chips, each on its bus, and the driver."""

    x: At42qt2120Chip = field(default_factory=At42qt2120Chip)
    y: At42qt2120Chip = field(default_factory=At42qt2120Chip)

    def __post_init__(self) -> None:
        self.bus_x = SimI2CBus({ADDRESS: self.x}, "bus 1")
        self.bus_y = SimI2CBus({ADDRESS: self.y}, "bus 3")
        self.driver = At42qt2120Touch(self.bus_x, self.bus_y)

    def touch(self, x: float, y: float) -> None:
        self.x.touch(x)
        self.y.touch(y)

    def lift(self) -> None:
        self.x.lift()
        self.y.lift()

    def read(self) -> Touch | None:
        readings = self.driver.read()
        assert readings.has_touch
        return readings.touch

    def settle(self) -> None:
        """Let the calibration of the start end."""
        for _ in range(4):
            self.read()


@pytest.fixture
def pad() -> Pad:
    made = Pad()
    made.settle()
    return made


def test_every_pad_and_places_between(pad: Pad) -> None:
    for key in range(11):
        pad.touch(key, 10 - key)
        assert pad.read() == Touch(key / 10, (10 - key) / 10)
    pad.touch(3.5, 7.25)
    touch = pad.read()
    assert touch is not None
    assert touch.x == pytest.approx(0.35, abs=0.01)
    assert touch.y == pytest.approx(0.725, abs=0.015)


def test_no_touch_before_and_after(pad: Pad) -> None:
    assert pad.read() is None
    pad.touch(0, 0)
    assert pad.read() == Touch(0, 0)
    pad.lift()
    assert pad.read() is None


def test_a_finger_that_one_axis_feels_is_none(pad: Pad) -> None:
    pad.x.touch(4)
    assert pad.read() is None
    pad.y.touch(4)
    assert pad.read() == Touch(0.4, 0.4)


def test_the_unused_twelfth_key_is_not_a_pad(pad: Pad) -> None:
    pad.touch(11.5, 11.5)
    assert pad.x.read(1) is not None
    assert pad.read() is None


def test_the_chips_are_set_up_and_no_transfer_repeats_a_start(pad: Pad) -> None:
    for register, value in SETUP.items():
        pad.x.write(bytes([register]))
        assert pad.x.read(1) == bytes([value])
    pad.touch(2, 2)
    pad.read()
    assert not [t for t in pad.bus_x.transfers.latest if t.written and t.read]


def test_a_read_with_a_finger_fits_into_a_poll_of_a_bit_banged_bus(pad: Pad) -> None:
    pad.touch(5, 5)
    pad.bus_y.transfers.clear()
    pad.read()
    assert pad.bus_y.transfers.total_s(100_000) < 0.005
    pad.lift()
    pad.bus_y.transfers.clear()
    pad.read()
    assert pad.bus_y.transfers.total_s(100_000) < 0.001


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_missing_chip_is_named_and_never_a_finger(pad: Pad, axis: str) -> None:
    pad.touch(3, 3)
    bus = pad.bus_x if axis == "x" else pad.bus_y
    bus.unplug(ADDRESS)
    for _ in range(3):
        with pytest.raises(ChipMissingError, match=f"touch, {axis} axis: .*0x1c"):
            pad.read()
    bus.plug(ADDRESS)
    assert pad.read() == Touch(0.3, 0.3)


def test_coming_back_within_reach_does_not_calibrate_the_finger_away(pad: Pad) -> None:
    before = pad.x.calibrations
    pad.touch(3, 3)
    pad.bus_x.hang()
    with pytest.raises(BusFaultError, match="x axis"):
        pad.read()
    pad.bus_x.release()
    assert pad.read() is not None
    assert pad.x.calibrations == before


def test_a_chip_that_lost_power_is_set_up_again(pad: Pad) -> None:
    pad.bus_y.unplug(ADDRESS)
    with pytest.raises(ChipMissingError):
        pad.read()
    pad.y.power_cycle()
    pad.bus_y.plug(ADDRESS)
    pad.settle()
    pad.touch(9, 1)
    assert pad.read() == Touch(0.9, 0.1)
    pad.y.write(bytes([11]))
    assert pad.y.read(1) == bytes([SETUP[11]])


def test_another_chip_is_refused_until_the_right_one_is_there(pad: Pad) -> None:
    pad.driver.close()
    other = At42qt2120Chip()
    other.pretend(0, 0x2E)
    pad.bus_x.attach(ADDRESS, other)
    with pytest.raises(ChipMismatchError, match=r"x axis: .*0x1c says it is 0x2e"):
        pad.read()
    pad.bus_x.attach(ADDRESS, pad.x)
    assert pad.read() is None


def test_while_calibrating_nothing_is_touched() -> None:
    pad = Pad(x=At42qt2120Chip(calibration_reads=5), y=At42qt2120Chip(calibration_reads=0))
    pad.read()
    pad.touch(5, 5)
    assert [pad.read() for _ in range(4)] == [None] * 4
    assert pad.read() is not None


def test_what_lies_on_the_pad_is_calibrated_away_and_a_finger_felt_again(pad: Pad) -> None:
    pad.touch(2, 2)
    assert pad.read() is not None
    pad.x.wait_for_recalibration()
    pad.y.wait_for_recalibration()
    assert [pad.read() for _ in range(4)] == [None] * 4
    pad.lift()
    assert pad.read() is None
    pad.touch(8, 8)
    assert pad.read() == Touch(0.8, 0.8)


def test_noise_on_the_bus_is_never_worse_than_a_hardware_error(pad: Pad) -> None:
    pad.touch(5, 5)
    pad.bus_x.noise(ADDRESS, 0.3)
    for _ in range(300):
        try:
            touch = pad.read()
        except HardwareError:
            continue
        assert touch is None or 0 <= touch.x <= 1


def test_no_chip_from_the_start() -> None:
    driver = At42qt2120Touch(SimI2CBus(path="bus 1"), SimI2CBus(path="bus 3"))
    with pytest.raises(ChipMissingError, match="x axis: bus 1"):
        driver.read()


def test_keys_that_are_told_while_calibrating_do_not_count(pad: Pad) -> None:
    pad.touch(5, 5)
    pad.x.pretend(2, 0x81)
    assert pad.read() is None
    pad.x.pretend(2, 0x01)
    assert pad.read() is not None
