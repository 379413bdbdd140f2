"""Fixtures of the hardware tests: an I2C bus with chips on it, in memory and behind /dev/i2c-1."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hardware.bus_turns import BusTurns
from hardware.interfaces import I2CBus
from hardware.oled import Oled
from hardware.panel import Panel
from hardware.sim.oled_chip import OledChip
from hardware.sim.panel_chip import PanelChip
from hardware.sim.sim_bus import SimI2CBus

HELPERS = Path(__file__).parent / "helpers"
ROOT = Path(__file__).resolve().parents[2]
PANEL, OLEDS = 0x47, {"ssd1306": 0x3D, "sh1106": 0x3C}
SYSTEM_PYTHON = "/usr/bin/python3"
BINDINGS = """
import sys
import gi
gi.require_version("UMockdev", "1.0")
import gi.repository.UMockdev
assert sys.version_info >= (3, 11)
"""


@dataclass
class Bench:
    """The drivers of an instrument and, behind them, its chips and the wires between.

    In a bench over /dev/i2c-1 these stand for objects of two other processes, one with the
    unmodified drivers and one with the chips.
    """

    bus: I2CBus
    wires: SimI2CBus
    panel: Panel
    panel_chip: PanelChip
    panel_address: int
    oled: Oled
    oled_chip: OledChip
    oled_address: int


@pytest.fixture(scope="session")
def remote(load_module: Callable[[Path], ModuleType]) -> ModuleType:
    """The module tests/hardware/helpers/remote.py."""
    return load_module(HELPERS / "remote.py")


@dataclass
class I2CDev:
    """Two processes: `adapter` is /dev/i2c-1 with chips behind it, `drivers` has it open."""

    adapter: Any  # both are RemoteProcess
    drivers: Any

    def bench(self, driver: str = "ssd1306", *, is_smbus_only: bool = False) -> Bench:
        """All chips and drivers anew."""
        self.adapter.remote("stage").begin(PANEL, OLEDS[driver], driver, is_smbus_only)
        self.drivers.remote("stage").begin(PANEL, driver)
        return Bench(
            bus=self.drivers.remote("bus"),
            wires=self.adapter.remote("bus"),
            panel=self.drivers.remote("panel"),
            panel_chip=self.adapter.remote("panel"),
            panel_address=PANEL,
            oled=self.drivers.remote("oled"),
            oled_chip=self.adapter.remote("oled"),
            oled_address=OLEDS[driver],
        )


@pytest.fixture(scope="session")
def i2c_dev(remote: ModuleType) -> Iterator[I2CDev]:
    """/dev/i2c-1 by umockdev, for a process that runs our drivers with the real smbus2."""
    pytest.importorskip("smbus2")
    if not _has_umockdev():
        pytest.skip(
            "needs the packages umockdev, gir1.2-umockdev-1.0 and python3-gi "
            "for a system Python from 3.11 on"
        )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    adapter = remote.RemoteProcess([SYSTEM_PYTHON, str(HELPERS / "i2c_adapter.py")], env)
    env["UMOCKDEV_DIR"] = adapter.first_words()
    command = ["umockdev-wrapper", sys.executable, str(HELPERS / "i2c_drivers.py")]
    drivers = remote.RemoteProcess(command, env)
    drivers.first_words()
    yield I2CDev(adapter, drivers)
    drivers.end()
    adapter.end()


def _has_umockdev() -> bool:
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", BINDINGS], check=True, capture_output=True)
        subprocess.run(["umockdev-wrapper", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@pytest.fixture
def sim_bench() -> Callable[[str], Bench]:
    """Makes a bench in memory, with the OLED of this driver."""

    def make(driver: str) -> Bench:
        panel, oled = PanelChip(), OledChip(driver)
        bus = SimI2CBus({PANEL: panel, OLEDS[driver]: oled})
        turns = BusTurns(bus)
        return Bench(
            bus=bus,
            wires=bus,
            panel=Panel(turns.urgent, PANEL),
            panel_chip=panel,
            panel_address=PANEL,
            oled=Oled(turns.patient, driver),
            oled_chip=oled,
            oled_address=OLEDS[driver],
        )

    return make


@pytest.fixture(params=["memory", "i2c-dev", "i2c-dev, SMBus only"])
def make_bench(
    request: pytest.FixtureRequest, sim_bench: Callable[[str], Bench]
) -> Callable[[str], Bench]:
    """Makes a bench of each kind: whatever works on one must work on all."""
    if request.param == "memory":
        return sim_bench
    i2c_dev: I2CDev = request.getfixturevalue("i2c_dev")
    is_smbus_only = request.param.endswith("SMBus only")
    return lambda driver: i2c_dev.bench(driver, is_smbus_only=is_smbus_only)


@pytest.fixture
def bench(make_bench: Callable[[str], Bench]) -> Bench:
    """A bench with an SSD1306."""
    return make_bench("ssd1306")
