"""Bus and panel drivers on an adapter that knows SMBus only: the kernel's i2c-stub.

Its chips are registers and nothing more, so a hand writes the panel's whole message there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from buses import BUSES, load_stub

from hardware.errors import BusFaultError, ChecksumError, ChipMissingError
from hardware.i2c import LinuxI2CBus
from hardware.interfaces import Touch
from hardware.panel import Panel, checksum

PANEL, OTHER, EMPTY = 0x47, 0x3C, 0x21
INPUTS = bytes([2, 9, 1, 2, 3, 255, 0, 51, 102, 153, 204, 255])


@pytest.fixture(scope="module")
def number() -> int:
    return load_stub(PANEL, OTHER)


@pytest.fixture
def bus(number: int) -> Iterator[LinuxI2CBus]:
    opened = LinuxI2CBus(number)
    yield opened
    opened.close()


def put(bus: LinuxI2CBus, inputs: bytes, error: int = 0) -> None:
    """Make the stub say this, with a checksum that is wrong by `error`."""
    bus.write(PANEL, b"\0" + inputs + (checksum(inputs) ^ error).to_bytes(4, "little"))


def test_the_panel_message_of_the_registers(bus: LinuxI2CBus) -> None:
    put(bus, INPUTS)
    readings = Panel(bus, PANEL).read()
    assert readings.touch == Touch(0.2, 0.9)
    assert readings.encoders == (1, 2, 3, 255)
    assert readings.pots == pytest.approx((0, 0.2, 0.4, 0.6, 0.8, 1))


def test_a_wrong_checksum(bus: LinuxI2CBus) -> None:
    put(bus, INPUTS, error=1)
    with pytest.raises(ChecksumError):
        Panel(bus, PANEL).read()
    put(bus, INPUTS)
    assert Panel(bus, PANEL).read().has_touch


def test_nobody_at_an_address(bus: LinuxI2CBus) -> None:
    with pytest.raises(ChipMissingError, match="0x21"):
        Panel(bus, EMPTY).read()


def test_registers_of_two_chips_are_told_apart(bus: LinuxI2CBus) -> None:
    bus.write(OTHER, bytes([16, 1, 2, 3]))
    bus.write(PANEL, bytes([16, 4, 5, 6]))
    assert bus.write_read(OTHER, bytes([16]), 3) == bytes([1, 2, 3])
    assert bus.write_read(PANEL, bytes([16]), 3) == bytes([4, 5, 6])


def test_what_an_smbus_cannot_do_is_said(bus: LinuxI2CBus) -> None:
    with pytest.raises(BusFaultError, match="33"):
        bus.write(PANEL, bytes(34))


def test_a_chip_that_a_kernel_driver_has_claimed(bus: LinuxI2CBus, number: int) -> None:
    put(bus, INPUTS)
    panel = Panel(bus, PANEL)
    panel.read()
    (BUSES / f"i2c-{number}/new_device").write_text(f"dummy {PANEL:#x}")
    try:
        bus.close()
        with pytest.raises(BusFaultError, match="kernel driver has claimed"):
            panel.read()
    finally:
        (BUSES / f"i2c-{number}/delete_device").write_text(f"{PANEL:#x}")
    assert panel.read().touch == Touch(0.2, 0.9)
