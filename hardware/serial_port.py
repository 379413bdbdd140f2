"""A serial port of Linux through pyserial: the UART of the header, or any other."""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import termios
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from hardware.config import DIN_RATES
from hardware.errors import BoardConfigError, SerialUnavailableError
from hardware.uart_clock import rate_for_midi

if TYPE_CHECKING:
    from serial import Serial

DEVICES = ("/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0")
DEBUG_PORT = "ttyAMA10"  # of a Pi 5, where /dev/serial0 is its debug connector, not the header
RATES = tuple(rate for rate in DIN_RATES if rate != "none")
READ_BYTES = 4096


def find_device(devices: tuple[str, ...] = DEVICES) -> str:
    """The header's UART: the first that is there; raises SerialUnavailableError if none is."""
    for device in devices:
        path = Path(device)
        if path.exists() and path.resolve().name != DEBUG_PORT:
            return device
    raise SerialUnavailableError(
        f"no serial port: none of {', '.join(devices)} is there; "
        "config.txt needs enable_uart=1, and on a Pi 5 dtparam=uart0=on"
    )


class LinuxSerialPort:
    """SerialPort of 8 data bits, no parity, one stop bit; opens at its first use."""

    def __init__(self, device: str = "", rate: str = "auto") -> None:
        """`device` "" is the header's UART; `rate` is one of RATES, see uart_clock.

        Raises BoardConfigError for another rate.
        """
        if rate not in RATES:
            raise BoardConfigError(f"din_rate: {rate!r} is not one of {', '.join(RATES)}")
        self.name = device or "UART"
        self._device, self._rate = device, rate
        self._serial: Serial | None = None

    def read(self, timeout_s: float) -> bytes:
        """What has come, waiting at most timeout_s for the first byte."""
        serial = self._opened()
        try:
            if not select.select([serial.fileno()], [], [], timeout_s)[0]:
                return b""
            data = os.read(serial.fileno(), READ_BYTES)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            raise self._lost(str(error)) from error
        if not data:  # ready, but with nothing: that is how a line that hung up looks
            raise self._lost("it hung up")
        return data

    def write(self, data: bytes) -> None:
        """Send bytes."""
        serial = self._opened()
        try:
            serial.write(data)
        except (OSError, ValueError, termios.error) as error:
            raise self._lost(str(error)) from error

    def close(self) -> None:
        """Give the port back; the next use opens it again."""
        serial, self._serial = self._serial, None
        if serial is not None:
            with contextlib.suppress(OSError, termios.error):  # it may be gone already
                serial.close()

    def _opened(self) -> Serial:
        if self._serial is None:
            pyserial = _load_pyserial()
            device = self._device or find_device()
            self.name = device
            rate = rate_for_midi(device) if self._rate == "auto" else int(self._rate)
            self._serial = _open(pyserial, device, rate)
        return self._serial

    def _lost(self, cause: str) -> SerialUnavailableError:
        self.close()
        return SerialUnavailableError(f"serial port {self.name} went away: {cause}")


def _open(pyserial: ModuleType, device: str, rate: int) -> Serial:
    try:
        serial: Serial = pyserial.Serial(device, rate, timeout=0, exclusive=True)
    except (OSError, ValueError, termios.error) as error:
        raise SerialUnavailableError(
            f"serial port {device} at {rate} baud cannot be opened: {error}{_way_out(error)}"
        ) from error
    # Saves up to 10 ms on USB adapters; ports that have no such mode say so in three ways.
    with contextlib.suppress(OSError, ValueError, NotImplementedError):
        serial.set_low_latency_mode(True)
    return serial


def _way_out(error: BaseException) -> str:
    if isinstance(error, PermissionError) or "Permission denied" in str(error):
        return "; is this user in the group `dialout`?"
    if "No such file" in str(error):
        return "; config.txt needs enable_uart=1, and on a Pi 5 dtparam=uart0=on"
    if "exclusively lock" in str(error):
        return "; another program has it"
    return ""


def _load_pyserial() -> ModuleType:
    try:
        return importlib.import_module("serial")
    except ImportError as error:
        raise SerialUnavailableError(
            f"no serial port: the Python package pyserial cannot be loaded ({error}); "
            "try `pip install pyserial`"
        ) from error
