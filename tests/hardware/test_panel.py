"""The panel's message byte by byte, and what one read makes of good and broken ones."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import BusFaultError, ChecksumError
from hardware.panel import INPUT_BYTES, MESSAGE_BYTES, TRIES, Panel, checksum, decode
from hardware.sim.panel_chip import PanelChip
from hardware.sim.sim_bus import SimI2CBus

POSITIONS = st.one_of(st.integers(0, 10), st.just(255))
BYTES = st.integers(0, 255)


def sealed(inputs: bytes) -> bytes:
    return inputs + checksum(inputs).to_bytes(4, "little")


def test_a_message_worked_out_by_hand() -> None:
    # words 0x02000703, 0x0c0bfe03, 0x100f0e0d; their sum 0x1e1b1313; 0xaa55aa55 more: 0xc870bd68
    inputs = bytes([3, 7, 0, 2, 3, 254, 11, 12, 13, 14, 15, 16])
    readings = decode(inputs + bytes([0x68, 0xBD, 0x70, 0xC8]))
    assert readings.encoders == (0, 2, 3, 254)
    assert readings.pots == tuple(value / 255 for value in range(11, 17))
    assert readings.has_touch
    assert readings.touch is not None
    assert (readings.touch.x, readings.touch.y) == (0.3, 0.7)
    assert readings.buttons is None


def test_the_checksum_wraps() -> None:
    assert checksum(b"\xff" * INPUT_BYTES) == 0xAA55AA55 - 3


@given(
    x=POSITIONS,
    y=POSITIONS,
    encoders=st.lists(BYTES, min_size=4, max_size=4),
    pots=st.lists(BYTES, min_size=6, max_size=6),
)
def test_every_possible_message(x: int, y: int, encoders: list[int], pots: list[int]) -> None:
    readings = decode(sealed(bytes([x, y, *encoders, *pots])))
    assert readings.encoders == tuple(encoders)
    assert readings.pots is not None
    assert [round(pot * 255) for pot in readings.pots] == pots
    assert all(0 <= pot <= 1 for pot in readings.pots)
    assert (readings.touch is None) == (255 in (x, y))
    if readings.touch is not None:
        assert (round(readings.touch.x * 10), round(readings.touch.y * 10)) == (x, y)


@given(st.binary(max_size=40))
def test_any_bytes_are_readings_or_a_checksum_error(message: bytes) -> None:
    try:
        readings = decode(message)
    except ChecksumError:
        return
    assert len(message) == MESSAGE_BYTES
    assert readings.has_touch


@given(inputs=st.binary(min_size=12, max_size=12), bit=st.integers(0, 8 * MESSAGE_BYTES - 1))
def test_one_wrong_bit_is_noticed(inputs: bytes, bit: int) -> None:
    message = bytearray(sealed(inputs))
    message[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ChecksumError, match="checksum 0x"):
        decode(bytes(message))


@pytest.mark.parametrize(("x", "y", "words"), [(11, 0, "column 11"), (255, 254, "row 254")])
def test_a_place_that_no_pad_has(x: int, y: int, words: str) -> None:
    with pytest.raises(ChecksumError, match=words):
        decode(sealed(bytes([x, y, *range(10)])))


def test_a_finger_that_one_strip_feels_is_no_touch() -> None:
    chip = PanelChip()
    chip.touch_column(4)
    readings = Panel(SimI2CBus({0x47: chip}), 0x47).read()
    assert readings.touch is None
    assert readings.has_touch


def test_a_few_broken_messages_are_taken_again() -> None:
    bus = SimI2CBus({0x47: PanelChip()})
    panel = Panel(bus, 0x47)
    bus.corrupt_next(0x47, TRIES - 1)
    assert panel.read().encoders == (0, 0, 0, 0)
    assert (panel.messages, panel.broken) == (TRIES, TRIES - 1)
    assert panel.read().encoders == (0, 0, 0, 0)
    assert (panel.messages, panel.broken) == (TRIES + 1, TRIES - 1)


def test_too_many_broken_messages() -> None:
    bus = SimI2CBus({0x47: PanelChip()})
    bus.corrupt_next(0x47, TRIES)
    panel = Panel(bus, 0x47)
    words = re.escape(f"panel at 0x47: {TRIES} broken messages in a row; the last: checksum")
    with pytest.raises(ChecksumError, match=words):
        panel.read()
    assert panel.read().pots == (0,) * 6


@pytest.mark.parametrize("value", [0x00, 0xFF])
def test_a_stuck_panel_says_so(value: int) -> None:
    class Stuck(PanelChip):
        def read(self, length: int) -> bytes:
            return bytes([value]) * length

    with pytest.raises(ChecksumError, match=f"0x47 is stuck.*0x{value:02x} .*flash"):
        Panel(SimI2CBus({0x47: Stuck()}), 0x47).read()


def test_a_held_line_is_the_bus_not_the_panel() -> None:
    bus = SimI2CBus({0x47: PanelChip()})
    bus.hang()
    panel = Panel(bus, 0x47)
    with pytest.raises(BusFaultError):
        panel.read()
    assert (panel.messages, panel.broken) == (0, 0)


def test_half_of_the_messages_broken_for_a_minute_of_polling() -> None:
    chip = PanelChip()
    bus = SimI2CBus({0x47: chip})
    bus.noise(0x47, 0.5, Random(1))
    panel = Panel(bus, 0x47)
    failures = 0
    for count in range(12_000):
        chip.turn(count % 4, 1)
        try:
            counters = panel.read().encoders
        except ChecksumError:
            failures += 1
        else:
            assert counters is not None
            assert counters[count % 4] == (count // 4 + 1) % 256
    assert failures < 12_000 * 0.02
    assert 0.48 < panel.broken / panel.messages < 0.52


def test_one_read_takes_half_a_millisecond_of_the_bus() -> None:
    bus = SimI2CBus({0x47: PanelChip()})
    Panel(bus, 0x47).read()
    assert bus.bus_time_s(400_000) < 0.0005
