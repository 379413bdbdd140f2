"""Which drivers a configuration makes of a board, and that they share what they must."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from hardware.config import BoardConfig
from hardware.errors import BoardConfigError
from hardware.instrument_board import Board, build
from hardware.interfaces import FRAME_BYTES
from hardware.sim.instrument import SimInstrument
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_bus import SimI2CBus

Result = TypeVar("Result")
GPIO = BoardConfig(board="gpio")


def made(config: BoardConfig) -> tuple[SimInstrument, Board]:
    clock = ManualClock()
    hands = SimInstrument(config, clock, wait=clock.advance)
    return hands, build(config, hands, wait=clock.advance)


def parts(config: BoardConfig) -> list[str]:
    board = made(config)[1]
    display = [board.display.name] if board.display else []
    return [one.name for one in board.controls] + display + [name for name, _ in board.midi]


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        (BoardConfig(), ["panel", "buttons", "oled", "USB MIDI", "DIN MIDI"]),
        (BoardConfig(button_lines=()), ["panel", "oled", "USB MIDI", "DIN MIDI"]),
        (BoardConfig(oled_driver="none", din_rate="none"), ["panel", "buttons", "USB MIDI"]),
        (GPIO, ["touch", "pots", "encoders", "buttons", "oled", "USB MIDI", "DIN MIDI"]),
        (
            dataclasses.replace(GPIO, touch_chip="none", adc_addresses=(), din_rate="none"),
            ["encoders", "buttons", "oled", "USB MIDI"],
        ),
        (
            dataclasses.replace(GPIO, encoder_lines=(), button_lines=(), oled_driver="none"),
            ["touch", "pots", "USB MIDI", "DIN MIDI"],
        ),
    ],
)
def test_the_parts_of_a_board(config: BoardConfig, wanted: list[str]) -> None:
    assert parts(config) == wanted


@pytest.mark.parametrize("config", [BoardConfig(), GPIO])
def test_nothing_is_opened_before_its_first_use(config: BoardConfig) -> None:
    hands, board = made(config)
    assert hands.i2c.bus_time_s(400_000) == 0
    assert hands.gpio.driven == {}
    board.close()


def test_lines_that_do_not_pair_up_are_told() -> None:
    with pytest.raises(BoardConfigError, match="encoder_lines"):
        made(dataclasses.replace(GPIO, encoder_lines=(17, 27, 22)))


class OneAtATime:
    """A bus that tells whether anybody came while it was busy."""

    def __init__(self, bus: SimI2CBus) -> None:
        self._bus = bus
        self.inside, self.most = 0, 0
        self.entered, self.leave = threading.Event(), threading.Event()

    def write(self, address: int, data: bytes) -> None:
        self._transfer(lambda: self._bus.write(address, data))

    def read(self, address: int, length: int) -> bytes:
        return self._transfer(lambda: self._bus.read(address, length))

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        return self._transfer(lambda: self._bus.write_read(address, data, length))

    def close(self) -> None:
        self._bus.close()

    def _transfer(self, act: Callable[[], Result]) -> Result:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.entered.set()
        try:
            assert self.leave.wait(20)
            return act()
        finally:
            self.inside -= 1


@pytest.mark.parametrize(
    "config",
    [
        BoardConfig(),
        GPIO,
        dataclasses.replace(GPIO, touch_buses=(3, 1)),
        dataclasses.replace(GPIO, touch_chip="mpr121"),
    ],
)
def test_all_parts_take_turns_at_the_bus_that_they_share(
    config: BoardConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = SimInstrument(config)
    shared, others = OneAtATime(hands.i2c), hands.bus
    monkeypatch.setattr(
        hands, "bus", lambda number: shared if number == config.i2c_bus else others(number)
    )
    board = build(config, hands)
    assert board.display is not None
    display = board.display
    uses: list[Callable[[], object]] = [lambda: display.show(bytes(FRAME_BYTES))]
    uses += [controls.read for controls in board.controls]
    threads = [threading.Thread(target=use) for use in uses]
    threads[0].start()
    assert shared.entered.wait(20)
    for thread in threads[1:]:
        thread.start()
    for thread in threads[1:]:
        thread.join(0.05)  # whoever would not wait for a turn is inside by now
    shared.leave.set()
    for thread in threads:
        thread.join(20)
    assert (shared.most, shared.inside) == (1, 0)


@pytest.mark.parametrize("driver", ["ssd1306", "sh1106"])
@pytest.mark.parametrize("address", [0, 0x3C, 0x3D])
def test_every_display_shows_upright(driver: str, address: int) -> None:
    hands, board = made(BoardConfig(oled_driver=driver, oled_address=address))
    frame = bytes(range(256)) * (FRAME_BYTES // 256)
    assert board.display is not None
    board.display.show(frame)
    assert hands.picture() == frame
    assert hands.oled.unknown_commands() == []


def test_a_rotated_display_is_upside_down() -> None:
    hands, board = made(BoardConfig(oled_rotated=True))
    frame = bytes((0x80,)) + bytes(FRAME_BYTES - 1)  # one dot, top left
    assert board.display is not None
    board.display.show(frame)
    assert hands.picture() == bytes(FRAME_BYTES - 1) + bytes((1,))


def test_the_display_is_reset_by_its_line() -> None:
    for line, driven in ((4, {4: True}), (9, {9: True}), (-1, {})):
        hands, board = made(BoardConfig(oled_reset_line=line))
        assert board.display is not None
        board.display.show(bytes(FRAME_BYTES))
        assert hands.gpio.driven == driven


def test_closing_gives_the_lines_back_and_may_be_repeated() -> None:
    hands, board = made(GPIO)
    for controls in board.controls:
        controls.read()
    board.close()
    board.close()
    assert hands.gpio.driven == {}


def test_closing_goes_on_after_a_part_that_fails() -> None:
    board = made(BoardConfig())[1]
    closed: list[str] = []

    def fail() -> None:
        raise BoardConfigError("cannot be closed")

    board.closers = (fail, lambda: closed.append("rest"))
    board.close()
    board.close()
    assert closed == ["rest"]
