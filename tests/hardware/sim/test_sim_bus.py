"""The simulated bus: its faults, and the time that it counts."""

from __future__ import annotations

from random import Random

import pytest

from hardware.errors import BusFaultError, ChipMissingError
from hardware.sim.sim_bus import SimI2CBus
from hardware.sim.transfers import Transfer


class Echo:
    """Reads back what was written last, repeated."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written = data

    def read(self, length: int) -> bytes:
        return (self.written * length)[:length]


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def bus(echo: Echo) -> SimI2CBus:
    return SimI2CBus({0x10: echo})


def wrong_bits(data: bytes, right: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(data, right, strict=True))


def test_transfers_reach_the_chip(bus: SimI2CBus, echo: Echo) -> None:
    bus.write(0x10, b"ab")
    assert echo.written == b"ab"
    assert bus.read(0x10, 4) == b"abab"
    assert bus.write_read(0x10, b"c", 2) == b"cc"


def test_unplug_plug_attach(bus: SimI2CBus) -> None:
    bus.unplug(0x10)
    with pytest.raises(ChipMissingError, match="0x10"):
        bus.write(0x10, b"a")
    bus.plug(0x10)
    bus.write(0x10, b"a")
    with pytest.raises(ChipMissingError, match="0x11"):
        bus.read(0x11, 1)
    bus.attach(0x11, Echo())
    bus.write(0x11, b"a")


def test_hang_and_release(bus: SimI2CBus) -> None:
    bus.hang()
    for transfer in (
        lambda: bus.write(0x10, b"a"),
        lambda: bus.read(0x10, 1),
        lambda: bus.write_read(0x11, b"a", 1),
    ):
        with pytest.raises(BusFaultError):
            transfer()
    bus.release()
    bus.write(0x10, b"a")


def test_corrupt_next_is_one_bit_in_so_many_reads(bus: SimI2CBus, echo: Echo) -> None:
    bus.corrupt_next(0x10, 2)
    bus.write(0x10, bytes(8))
    assert echo.written == bytes(8)
    assert [wrong_bits(bus.read(0x10, 8), bytes(8)) for _ in range(4)] == [1, 1, 0, 0]
    bus.corrupt_writes(0x10, 1)
    assert bus.write_read(0x10, bytes(8), 8) != bytes(8)
    assert wrong_bits(echo.written, bytes(8)) == 1
    assert bus.write_read(0x10, bytes(8), 8) == bytes(8)


def test_noise_has_its_probability(bus: SimI2CBus) -> None:
    bus.noise(0x10, 0.25, Random(5))
    bus.write(0x10, bytes(4))
    wrong = sum(bus.read(0x10, 4) != bytes(4) for _ in range(4000))
    assert 900 < wrong < 1100
    bus.noise(0x10, 0)
    assert all(bus.read(0x10, 4) == bytes(4) for _ in range(100))


def test_bits_as_a_logic_analyser_counts_them(bus: SimI2CBus) -> None:
    bus.write(0x10, b"ab")  # start, address and two bytes of 9 bits, stop
    assert bus.transfers.bits == 1 + 3 * 9 + 1
    bus.transfers.clear()
    bus.write_read(0x10, b"a", 2)  # start, 2 bytes; repeated start, 3 bytes; stop, and idle before
    assert bus.transfers.bits == 2 + 2 * 9 + 2 + 3 * 9
    assert bus.bus_time_s(100_000) == bus.transfers.bits / 100_000
    assert bus.transfers.longest_s(100_000) == bus.bus_time_s(100_000)


def test_an_address_that_nobody_acknowledges_takes_its_time_too(bus: SimI2CBus) -> None:
    with pytest.raises(ChipMissingError):
        bus.write(0x33, bytes(100))
    assert list(bus.transfers.latest) == [Transfer(0x33, 0, 0)]
    assert bus.transfers.bits == 1 + 9 + 1
