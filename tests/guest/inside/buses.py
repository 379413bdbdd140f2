"""The I2C buses of this machine: one with simulated chips, one of plain registers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from hardware.i2c import LinuxI2CBus

BUSES = Path("/sys/bus/i2c/devices")
HAND, ANSWER_BYTES = 0x77, 2048  # see i2c_adapter.py


def bus_number(driver: str) -> int:
    """N of /dev/i2c-N, by the beginning of the adapter's name; raises LookupError."""
    for bus in BUSES.glob("i2c-*"):
        if (bus / "name").read_text().startswith(driver):
            return int(bus.name.removeprefix("i2c-"))
    raise LookupError(f"no I2C adapter is called {driver}...")


def simulated_bus() -> int:
    """Number of the bus whose chips are simulators."""
    return bus_number("i2c_virtio")


def load_stub(*addresses: int) -> int:
    """Number of a bus on which each of these addresses is 256 registers and nothing more."""
    module = Path(os.environ["KERNEL"], "i2c-stub.ko")
    chips = ",".join(map(hex, addresses))
    subprocess.run(["insmod", module, f"chip_addr={chips}"], check=True)
    return bus_number("SMBus stub driver")


class Hand:
    """What a person does to the instrument on the simulated bus."""

    def __init__(self) -> None:
        self._bus = LinuxI2CBus(simulated_bus())

    def do(self, what: str, *arguments: object) -> None:
        """Do `thing.verb` to a simulator, see i2c_adapter.py."""
        self._bus.write(HAND, json.dumps([what, *arguments]).encode())

    def ask(self, what: str, *arguments: object) -> bytes:
        """The same, and its answer, with zeros after its end."""
        self.do(what, *arguments)
        return self._bus.read(HAND, ANSWER_BYTES)
