"""The OLED driver against models of both chips: the picture, and what it costs the bus."""

from __future__ import annotations

from random import Random

import pytest

from hardware.errors import (
    BoardConfigError,
    BusFaultError,
    ChipMissingError,
    DisplayFrameError,
    GpioUnavailableError,
)
from hardware.interfaces import DISPLAY_WIDTH, FRAME_BYTES
from hardware.oled import SHOWS_PER_RENEWAL, USUAL_CONTRAST, Oled
from hardware.oled_commands import initialisation
from hardware.oled_link import TRANSFER_BYTES
from hardware.oled_pages import PAGES
from hardware.oled_reset import ResetLine
from hardware.sim.oled_chip import OledChip
from hardware.sim.sim_bus import SimI2CBus

DRIVERS = ("ssd1306", "sh1106")
RATE_HZ = 400_000
RENEWAL_SHOWS = SHOWS_PER_RENEWAL * PAGES
DARK = bytes(FRAME_BYTES)


def noise(seed: int) -> bytes:
    return Random(seed).randbytes(FRAME_BYTES)


def with_dot(frame: bytes, x: int, y: int) -> bytes:
    changed = bytearray(frame)
    changed[y * DISPLAY_WIDTH // 8 + x // 8] ^= 0x80 >> x % 8
    return bytes(changed)


def upside_down(frame: bytes) -> bytes:
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in reversed(frame))


class Module:
    """A display on a bus of its own."""

    def __init__(self, driver: str = "ssd1306", address: int = 0x3D) -> None:
        self.address = address
        self.chip = OledChip(driver)
        self.bus = SimI2CBus({address: self.chip})

    def bytes_sent(self) -> int:
        return sum(transfer.written for transfer in self.bus.transfers.latest)


class FakeLines:
    """GPIO lines that note what is driven."""

    def __init__(self, fault: str = "") -> None:
        self.driven: list[tuple[int, bool]] = []
        self.fault = fault

    def drive(self, line: int, level: bool) -> None:
        if self.fault:
            raise GpioUnavailableError(self.fault)
        self.driven.append((line, level))

    def watch(self, line: int) -> None: ...
    def level(self, line: int) -> bool:
        return True

    def on_edge(self, line: int, call: object) -> None: ...
    def close(self) -> None: ...


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("is_rotated", [False, True])
def test_any_frames_in_a_row(driver: str, is_rotated: bool) -> None:
    module = Module(driver)
    oled = Oled(module.bus, driver, is_rotated=is_rotated)
    rng = Random(7)
    frame = noise(0)
    for _ in range(100):
        for _ in range(rng.randrange(40)):
            frame = with_dot(frame, rng.randrange(128), rng.randrange(64))
        oled.show(frame)
        seen = module.chip.picture()
        assert (upside_down(seen) if is_rotated else seen) == frame
    assert module.chip.unknown_commands() == []


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_driver_of_the_other_chip_is_wrong(driver: str) -> None:
    module = Module(driver)
    Oled(module.bus, next(other for other in DRIVERS if other != driver)).show(noise(1))
    assert module.chip.picture() != noise(1)


def test_a_column_offset_shifts_the_picture() -> None:
    module = Module("sh1106")
    Oled(module.bus, "sh1106", column_offset=0).show(with_dot(DARK, 50, 9))
    Oled(module.bus, "sh1106", column_offset=0).show(with_dot(DARK, 50, 9))
    assert module.chip.picture()[9 * 16 + 6] == 0x80 >> 0  # column 48: two to the left of 50


@pytest.mark.parametrize("address", [0x3C, 0x3D])
def test_finds_its_address(address: int) -> None:
    module = Module(address=address)
    oled = Oled(module.bus)
    assert oled.address == 0
    oled.show(noise(2))
    assert oled.address == address
    assert module.chip.picture() == noise(2)


def test_a_given_address_is_the_only_one_tried() -> None:
    module = Module(address=0x3D)
    with pytest.raises(ChipMissingError, match="no OLED display at 0x3c "):
        Oled(module.bus, address=0x3C).show(DARK)
    assert [transfer.address for transfer in module.bus.transfers.latest] == [0x3C]


def test_dark_until_the_whole_picture_is_there() -> None:
    module = Module()
    pictures = set()

    class Watched(SimI2CBus):
        def write(self, address: int, data: bytes) -> None:
            pictures.add(module.chip.picture())
            super().write(address, data)

    Oled(Watched({0x3D: module.chip})).show(noise(3))
    assert pictures == {DARK}
    assert module.chip.picture() == noise(3)


# --- what it costs ---


@pytest.mark.parametrize("driver", DRIVERS)
def test_no_transfer_takes_a_millisecond(driver: str) -> None:
    module = Module(driver)
    oled = Oled(module.bus, driver)
    for seed in range(RENEWAL_SHOWS + 1):
        oled.show(noise(seed))
    assert max(transfer.written for transfer in module.bus.transfers.latest) == 1 + TRANSFER_BYTES
    assert module.bus.transfers.longest_s(RATE_HZ) < 0.0008


@pytest.mark.parametrize("driver", DRIVERS)
def test_settings_fit_one_transfer(driver: str) -> None:
    assert len(initialisation(driver, True, 255)) <= TRANSFER_BYTES


def test_an_unchanged_frame_sends_nothing() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(noise(4))
    module.bus.transfers.clear()
    oled.show(noise(4))
    assert module.bus.transfers.count == 0


def test_one_dot_is_one_byte() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(noise(5))
    module.bus.transfers.clear()
    oled.show(with_dot(noise(5), 70, 40))
    assert [transfer.written for transfer in module.bus.transfers.latest] == [1 + 3, 1 + 1]
    assert module.chip.picture() == with_dot(noise(5), 70, 40)


def test_dots_far_apart_are_sent_apart() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(DARK)
    module.bus.transfers.clear()
    oled.show(with_dot(with_dot(DARK, 0, 0), 127, 0))
    assert module.bytes_sent() == 2 * (1 + 3 + 1 + 1)
    module.bus.transfers.clear()
    oled.show(with_dot(with_dot(DARK, 60, 0), 67, 0))
    # The ends of the first two go dark in one byte each, the new two are one span of 8 columns.
    assert module.bytes_sent() == 2 * (1 + 3 + 1 + 1) + (1 + 3 + 1 + 8)


# --- what goes wrong ---


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("shows_before", [0, 5, 20, 63])
def test_a_short_power_failure_heals(driver: str, shows_before: int) -> None:
    module = Module(driver)
    oled = Oled(module.bus, driver)
    oled.set_contrast(9)
    for _ in range(1 + shows_before):
        oled.show(noise(6))
    module.chip.power_cycle()
    assert module.chip.picture() == DARK
    for _ in range(RENEWAL_SHOWS):
        oled.show(noise(6))
    assert module.chip.picture() == noise(6)
    assert module.chip.contrast == 9


def test_a_garbled_transfer_heals() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(DARK)
    module.bus.corrupt_writes(0x3D, 20)
    oled.show(noise(7))
    assert module.chip.picture() != noise(7)
    for _ in range(RENEWAL_SHOWS):
        oled.show(noise(7))
    assert module.chip.picture() == noise(7)


def test_what_renewal_takes_of_the_bus() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(noise(8))
    module.bus.transfers.clear()
    for _ in range(RENEWAL_SHOWS):
        oled.show(noise(8))
    assert module.bus.bus_time_s(RATE_HZ) / (RENEWAL_SHOWS / 30) < 0.015


@pytest.mark.parametrize("fails_at", [0, 1, 2, 20, 42])
def test_after_an_error_everything_is_sent_again(fails_at: int) -> None:
    module = Module()

    class Failing(SimI2CBus):
        writes_left = fails_at

        def write(self, address: int, data: bytes) -> None:
            self.writes_left -= 1
            if self.writes_left == -1:
                module.chip.power_cycle()
                raise BusFaultError("arbitration lost")
            super().write(address, data)

    oled = Oled(Failing({0x3D: module.chip}), address=0x3D)
    with pytest.raises(BusFaultError):
        oled.show(noise(9))
    assert oled.address == 0
    oled.show(noise(9))
    assert module.chip.picture() == noise(9)


def test_close_darkens_and_the_next_show_begins_afresh() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.close()
    assert module.bus.transfers.count == 0
    oled.show(noise(10))
    oled.close()
    oled.close()
    assert module.chip.picture() == DARK
    module.chip.power_cycle()
    oled.show(noise(10))
    assert module.chip.picture() == noise(10)


def test_close_of_a_display_that_is_gone() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(DARK)
    module.bus.unplug(0x3D)
    oled.close()
    assert oled.address == 0


def test_contrast() -> None:
    module = Module()
    oled = Oled(module.bus)
    oled.show(DARK)
    assert module.chip.contrast == USUAL_CONTRAST
    oled.set_contrast(0)
    assert module.chip.contrast == USUAL_CONTRAST
    oled.show(DARK)
    assert module.chip.contrast == 0
    for contrast in (-1, 256):
        with pytest.raises(BoardConfigError, match=r"0\.\.255"):
            oled.set_contrast(contrast)


@pytest.mark.parametrize("size", [0, FRAME_BYTES - 1, FRAME_BYTES + 1])
def test_a_frame_of_another_size(size: int) -> None:
    module = Module()
    with pytest.raises(DisplayFrameError, match=f"not {size}"):
        Oled(module.bus).show(bytes(size))
    assert module.bus.transfers.count == 0


def test_an_unknown_driver() -> None:
    with pytest.raises(BoardConfigError, match=r"'ssd1309'.*ssd1306, sh1106"):
        Oled(SimI2CBus(), "ssd1309")


# --- the reset line ---


def test_reset_comes_before_everything_and_again_after_an_error() -> None:
    module, lines = Module(), FakeLines()
    events: list[object] = []
    reset = ResetLine(lines, 4, pause=lambda seconds: events.append((seconds, lines.driven[-1])))
    oled = Oled(module.bus, reset=reset)
    oled.show(DARK)
    oled.show(noise(11))
    assert lines.driven == [(4, False), (4, True)]
    assert events == [(0.001, (4, False))]
    module.bus.unplug(0x3D)
    for _ in range(2):
        with pytest.raises(ChipMissingError):
            oled.show(DARK)
    assert len(lines.driven) == 4


def test_a_missing_reset_line_is_not_fatal() -> None:
    module = Module()
    reset = ResetLine(FakeLines("no GPIO chip"), 4)
    Oled(module.bus, reset=reset).show(noise(12))
    assert module.chip.picture() == noise(12)
    assert reset.fault == "OLED reset: no GPIO chip"
