"""The pad of one MPR121, against a register-level chip on a simulated bus."""

from __future__ import annotations

import pytest

from hardware.errors import BusFaultError, ChipMismatchError, ChipMissingError, HardwareError
from hardware.interfaces import Touch
from hardware.sim.manual_clock import ManualClock
from hardware.sim.mpr121_chip import Mpr121Chip
from hardware.sim.sim_bus import SimI2CBus
from hardware.touch_mpr121 import ADDRESS, CHECK_S, STUCK_S, Mpr121Touch


@pytest.fixture
def chip() -> Mpr121Chip:
    return Mpr121Chip()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bus(chip: Mpr121Chip) -> SimI2CBus:
    return SimI2CBus({ADDRESS: chip})


@pytest.fixture
def pad(bus: SimI2CBus, clock: ManualClock) -> Mpr121Touch:
    made = Mpr121Touch(bus, clock)
    assert place(made) is None
    return made


def place(pad: Mpr121Touch) -> Touch | None:
    readings = pad.read()
    assert readings.has_touch
    return readings.touch


def test_every_column_and_row_and_places_between(pad: Mpr121Touch, chip: Mpr121Chip) -> None:
    for electrode in range(6):
        chip.touch(electrode, 5 - electrode)
        expected = electrode / 5
        touch = place(pad)
        assert touch is not None
        assert touch.x == pytest.approx(expected, abs=0.015)  # baselines are kept in steps of 4
        assert touch.y == pytest.approx(1 - expected, abs=0.015)
    chip.touch(1.5, 4.25)
    touch = place(pad)
    assert touch is not None
    assert touch.x == pytest.approx(0.3, abs=0.02)
    assert touch.y == pytest.approx(0.85, abs=0.03)
    chip.lift()
    assert place(pad) is None


def test_no_touch_unless_both_axes_feel_it(pad: Mpr121Touch, chip: Mpr121Chip) -> None:
    for electrode in range(6):
        chip.disconnect(electrode)
    chip.touch(3, 3)
    assert place(pad) is None


def test_a_missing_chip_is_named_and_never_a_finger(
    pad: Mpr121Touch, chip: Mpr121Chip, bus: SimI2CBus
) -> None:
    chip.touch(0, 0)
    bus.unplug(ADDRESS)
    with pytest.raises(ChipMissingError, match=r"touch: .*0x5a"):
        pad.read()
    chip.lift()
    bus.plug(ADDRESS)
    assert place(pad) is None
    chip.touch(5, 0)
    assert place(pad) == Touch(1, 0)


def test_another_chip_is_refused(clock: ManualClock) -> None:
    class Memory:
        """An EEPROM, say: it keeps what is written and answers with zeros."""

        def write(self, data: bytes) -> None:
            assert data

        def read(self, length: int) -> bytes:
            return bytes(length)

    pad = Mpr121Touch(SimI2CBus({ADDRESS: Memory()}), clock)
    with pytest.raises(ChipMismatchError, match="0x5a is no MPR121"):
        pad.read()


def test_a_touch_that_does_not_move_for_long_is_calibrated_away(
    pad: Mpr121Touch, chip: Mpr121Chip, clock: ManualClock
) -> None:
    before = chip.calibrations
    chip.touch(2, 2)
    for _ in range(int(STUCK_S)):
        assert place(pad) is not None
        clock.advance(1)
    pad.read()
    assert place(pad) is None
    assert chip.calibrations == before + 1
    chip.lift()
    assert place(pad) is None
    chip.touch(4, 4)
    assert place(pad) is not None


def test_a_row_alone_that_stays_touched_is_calibrated_away_too(
    pad: Mpr121Touch, chip: Mpr121Chip, clock: ManualClock
) -> None:
    before = chip.calibrations
    for electrode in range(6):
        chip.disconnect(electrode)
    chip.touch(3, 3)
    for _ in range(int(STUCK_S) + 2):
        assert place(pad) is None
        clock.advance(1)
    assert chip.calibrations == before + 1


def test_a_hand_that_plays_is_never_calibrated_away(
    pad: Mpr121Touch, chip: Mpr121Chip, clock: ManualClock
) -> None:
    before = chip.calibrations
    for second in range(3 * int(STUCK_S)):
        chip.touch(second // 30 % 5, 2)
        assert place(pad) is not None
        clock.advance(1)
    assert chip.calibrations == before


def test_a_chip_that_lost_power_silently_is_started_again(
    pad: Mpr121Touch, chip: Mpr121Chip, clock: ManualClock
) -> None:
    chip.power_cycle()
    chip.touch(1, 1)
    assert place(pad) is None
    chip.lift()
    clock.advance(CHECK_S)
    assert place(pad) is None
    chip.touch(1, 1)
    assert place(pad) is not None


def test_over_current_is_told(pad: Mpr121Touch, chip: Mpr121Chip) -> None:
    chip.has_over_current = True
    with pytest.raises(BusFaultError, match="over-current"):
        pad.read()


def test_reads_are_short(pad: Mpr121Touch, chip: Mpr121Chip, bus: SimI2CBus) -> None:
    chip.touch(3, 3)
    bus.transfers.clear()
    pad.read()
    assert bus.transfers.total_s(400_000) < 0.0015


def test_noise_on_the_bus_is_never_worse_than_a_hardware_error(
    pad: Mpr121Touch, chip: Mpr121Chip, bus: SimI2CBus, clock: ManualClock
) -> None:
    chip.touch(3, 3)
    bus.noise(ADDRESS, 0.3)
    for _ in range(300):
        clock.advance(0.5)
        try:
            touch = place(pad)
        except HardwareError:
            continue
        assert touch is None or (0 <= touch.x <= 1 and 0 <= touch.y <= 1)
