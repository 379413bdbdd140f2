"""What only a real device node can show: our bus and smbus2 over /dev/i2c-1 made by umockdev."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardware.errors import BusUnavailableError, ChecksumError
from hardware.interfaces import FRAME_BYTES

if TYPE_CHECKING:
    from conftest import I2CDev


def test_a_bus_that_is_not_there(i2c_dev: I2CDev) -> None:
    i2c_dev.bench()
    with pytest.raises(BusUnavailableError, match=r"/dev/i2c-9.*dtparam=i2c_arm=on"):
        i2c_dev.drivers.remote("absent_bus").write(0x47, b"\0")


def test_every_transfer_went_through_the_kernel_interface(i2c_dev: I2CDev) -> None:
    bench = i2c_dev.bench()
    bench.panel.read()
    bench.oled.show(bytes(FRAME_BYTES))
    # The panel's two; one that nobody answers at 0x3c, for which the node is opened again; find,
    # settings, 8 pages of 5, on.
    calls = i2c_dev.adapter.remote("stage").calls()
    assert calls == {"I2C_FUNCS": 2, "I2C_RDWR": 2 + 1 + 43}


def test_an_smbus_adapter_gets_smbus_calls(i2c_dev: I2CDev) -> None:
    bench = i2c_dev.bench(is_smbus_only=True)
    bench.panel.read()
    assert i2c_dev.adapter.remote("stage").calls() == {
        "I2C_FUNCS": 1,
        "I2C_SLAVE": 1,
        "I2C_SMBUS": 2,
    }


def test_the_device_node_is_opened_again_after_an_error(i2c_dev: I2CDev) -> None:
    bench = i2c_dev.bench()
    bench.panel.read()
    bench.wires.hang()
    with pytest.raises(OSError, match="/dev/i2c-1, address 0x47: timed out"):
        bench.panel.read()
    bench.wires.release()
    bench.panel.read()
    assert i2c_dev.adapter.remote("stage").calls()["I2C_FUNCS"] == 2


def test_the_panel_counts_what_was_broken(i2c_dev: I2CDev) -> None:
    bench = i2c_dev.bench()
    bench.wires.corrupt_next(bench.panel_address, 8)
    with pytest.raises(ChecksumError):
        bench.panel.read()
    bench.panel.read()
    panel = i2c_dev.drivers.remote("panel")
    assert (panel.messages(), panel.broken()) == (9, 8)
