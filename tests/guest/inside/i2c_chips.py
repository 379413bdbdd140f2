"""Bus and panel drivers on a kernel adapter of plain I2C, with simulated chips on its wires."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from random import Random

import pytest
from buses import Hand, simulated_bus

from hardware.errors import BusFaultError, BusUnavailableError, ChecksumError, ChipMissingError
from hardware.i2c import LinuxI2CBus
from hardware.interfaces import FRAME_BYTES, Touch
from hardware.oled import Oled
from hardware.panel import Panel

PANEL, EMPTY = 0x47, 0x21


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def bus() -> Iterator[LinuxI2CBus]:
    opened = LinuxI2CBus(simulated_bus())
    yield opened
    opened.close()


@pytest.fixture
def panel(bus: LinuxI2CBus) -> Panel:
    return Panel(bus, PANEL)


def test_the_panel_tells_what_the_hand_does(panel: Panel, hand: Hand) -> None:
    hand.do("panel.touch", 3, 7)
    hand.do("panel.turn", 2, -1)
    hand.do("panel.pot", 5, 255)
    readings = panel.read()
    assert readings.touch == Touch(0.3, 0.7)
    assert readings.encoders is not None
    assert readings.encoders[2] == 255
    assert readings.pots is not None
    assert readings.pots[5] == 1.0
    hand.do("panel.lift")
    assert panel.read().touch is None


def test_nobody_at_an_address(bus: LinuxI2CBus) -> None:
    for transfer in (
        lambda: bus.write(EMPTY, b"\0"),
        lambda: bus.read(EMPTY, 1),
        lambda: bus.write_read(EMPTY, b"\0", 1),
    ):
        with pytest.raises(ChipMissingError, match="0x21"):
            transfer()


def test_a_panel_that_comes_loose_is_missing_and_then_back(panel: Panel, hand: Hand) -> None:
    panel.read()
    hand.do("bus.unplug", PANEL)
    for _ in range(3):
        with pytest.raises(ChipMissingError, match="0x47"):
            panel.read()
    hand.do("bus.plug", PANEL)
    assert panel.read().has_touch


def test_a_garbled_message_is_asked_for_again(panel: Panel, hand: Hand) -> None:
    hand.do("bus.corrupt_next", PANEL, 3)
    assert panel.read().has_touch
    assert panel.broken == 3


def test_a_panel_that_has_crashed(panel: Panel, hand: Hand) -> None:
    hand.do("panel.freeze")
    with pytest.raises(ChecksumError, match="stuck"):
        panel.read()
    hand.do("panel.restart")
    assert panel.read().encoders == (0, 0, 0, 0)


def test_a_repeated_start_reads_registers(bus: LinuxI2CBus, hand: Hand) -> None:
    hand.do("panel.touch", 1, 2)
    assert bus.write_read(PANEL, b"\0", 2) == b"\x01\x02"


def test_the_display_shows_what_it_is_sent(bus: LinuxI2CBus, hand: Hand) -> None:
    oled = Oled(bus)
    rng = Random(1)
    for _ in range(5):
        frame = rng.randbytes(FRAME_BYTES)
        oled.show(frame)
        assert hand.ask("oled.picture")[:FRAME_BYTES] == frame
    assert json.loads(hand.ask("oled.unknown_commands").rstrip(b"\0")) == []


def test_a_display_that_comes_loose_is_drawn_afresh(bus: LinuxI2CBus, hand: Hand) -> None:
    oled, frame = Oled(bus), Random(2).randbytes(FRAME_BYTES)
    oled.show(frame)
    hand.do("hand.unplug", "oled")
    with pytest.raises(ChipMissingError):
        oled.show(Random(3).randbytes(FRAME_BYTES))
    hand.do("hand.plug", "oled")
    oled.show(frame)
    assert hand.ask("oled.picture")[:FRAME_BYTES] == frame


def test_a_line_held_low_is_a_fault_and_passes(bus: LinuxI2CBus, hand: Hand) -> None:
    hand.do("bus.hang")
    with pytest.raises(BusFaultError, match="timed out"):
        bus.read(PANEL, 1)
    hand.do("bus.release")
    assert len(bus.read(PANEL, 1)) == 1


def test_a_bus_that_does_not_exist() -> None:
    with pytest.raises(BusUnavailableError, match="/dev/i2c-99"):
        LinuxI2CBus(99).read(PANEL, 1)


def test_a_refused_verb_of_the_hand_is_a_fault_of_the_bus(hand: Hand) -> None:
    with pytest.raises(BusFaultError):
        hand.do("panel.touch", 11, 0)


def test_threads_share_a_bus(bus: LinuxI2CBus, hand: Hand) -> None:
    panels = [Panel(bus, PANEL) for _ in range(4)]
    hand.do("panel.touch", 5, 5)
    wrong: list[object] = []

    def read(panel: Panel) -> None:
        for _ in range(50):
            if panel.read().touch != Touch(0.5, 0.5):
                wrong.append(panel)

    threads = [threading.Thread(target=read, args=(panel,)) for panel in panels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_random_transfers_come_back_as_they_were_sent(bus: LinuxI2CBus, hand: Hand) -> None:
    rng = Random(7)
    for _ in range(100):
        touch = (rng.randrange(11), rng.randrange(11))
        hand.do("panel.touch", *touch)
        bus.write(PANEL, b"\0")
        length = rng.randrange(2, 200)
        assert bus.read(PANEL, length)[:2] == bytes(touch)
