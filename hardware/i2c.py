"""An I2C bus of Linux: /dev/i2c-N through smbus2."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from hardware.errors import BusFaultError, BusUnavailableError
from hardware.i2c_errors import opening_error, transfer_error
from hardware.i2c_wires import Wires, wires_of

if TYPE_CHECKING:
    from smbus2 import SMBus

Answer = TypeVar("Answer")


class LinuxI2CBus:
    """Implements interfaces.I2CBus; opens its device node with the first transfer.

    On an adapter that knows SMBus only (i2c-stub is one), writes have at most 33 bytes, reads 32,
    and write_read() writes one byte; beyond that BusFaultError tells the limit.
    """

    def __init__(self, number: int) -> None:
        """Of /dev/i2c-<number>."""
        self.path = f"/dev/i2c-{number}"
        self._bus: SMBus | None = None
        self._wires: Wires | None = None
        self._lock = Lock()

    def write(self, address: int, data: bytes) -> None:
        """One write transfer of at least one byte."""
        self._transfer(address, lambda wires: wires.write(address, data))

    def read(self, address: int, length: int) -> bytes:
        """One read transfer without naming a register."""
        return self._transfer(address, lambda wires: wires.read(address, length))

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A write, then a read after a repeated start."""
        return self._transfer(address, lambda wires: wires.write_read(address, data, length))

    def close(self) -> None:
        """Close the device node; the next transfer opens it again."""
        with self._lock:
            self._drop()

    def _transfer(self, address: int, make: Callable[[Wires], Answer]) -> Answer:
        with self._lock:
            wires = self._wires or self._open()
            try:
                return make(wires)
            except OSError as error:
                self._drop()
                raise transfer_error(self.path, address, error) from error
            except ValueError as error:
                raise BusFaultError(f"{self.path}, address {address:#04x}: {error}") from error

    def _open(self) -> Wires:
        smbus2 = _load_smbus2()
        try:
            self._bus = smbus2.SMBus(self.path)
        except OSError as error:
            raise opening_error(self.path, error) from error
        self._wires = wires_of(smbus2, self._bus)
        return self._wires

    def _drop(self) -> None:
        bus, self._bus, self._wires = self._bus, None, None
        if bus is not None:
            bus.close()


def _load_smbus2() -> ModuleType:
    try:
        return importlib.import_module("smbus2")
    except ImportError as error:
        raise BusUnavailableError(
            f"no I2C: the Python package smbus2 cannot be loaded ({error}); "
            "try `pip install smbus2` or `sudo apt install python3-smbus2`"
        ) from error
