"""A program that is /dev/i2c-1: the kernel's side of i2c-dev, over chip models, by umockdev.

Runs in the system's Python, which alone has the bindings of umockdev. Layouts and numbers are
those of linux/i2c.h and linux/i2c-dev.h.
"""

from __future__ import annotations

import errno
import struct
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import GLib, UMockdev  # noqa: E402
from remote import answer  # noqa: E402

from hardware.errors import BusFaultError, ChipMissingError  # noqa: E402
from hardware.sim.oled_chip import OledChip  # noqa: E402
from hardware.sim.panel_chip import PanelChip  # noqa: E402
from hardware.sim.sim_bus import SimI2CBus  # noqa: E402

DEVICE = """P: /devices/platform/soc/i2c-1
N: i2c-1
E: DEVNAME=/dev/i2c-1
E: SUBSYSTEM=i2c-dev

"""
FUNC_I2C, FUNC_SMBUS_EMULATION = 0x00000001, 0x0EFF0008
I2C_M_RD = 0x0001
MESSAGE, MESSAGES, SMBUS_CALL = "@HHHP", "@PI", "@BBIP"
BYTE, BYTE_DATA, WORD_DATA, I2C_BLOCK = 1, 2, 3, 8
SMBUS_DATA_BYTES = 34
POINTER_OFFSET_IN_MESSAGE = 8


class Adapter(UMockdev.IoctlBase):
    """Answers ioctl calls by transfers on a simulated bus; refuses plain I2C if told to."""

    def __init__(self, bus: SimI2CBus) -> None:
        super().__init__()
        self.bus, self.is_smbus_only = bus, False
        self.calls: Counter[str] = Counter()
        self._address = 0

    def do_handle_ioctl(self, client: Any) -> bool:  # noqa: ANN401
        """One call of a program that has opened the device node."""
        calls: dict[int, tuple[str, Callable[[Any], int]]] = {
            0x0703: ("I2C_SLAVE", self._choose),
            0x0705: ("I2C_FUNCS", self._functions),
            0x0707: ("I2C_RDWR", self._transfer),
            0x0720: ("I2C_SMBUS", self._smbus),
        }
        try:
            name, call = calls[client.get_request() & 0xFFFF]
            self.calls[name] += 1
            client.complete(call(client.get_arg()), 0)
        except ChipMissingError:
            client.complete(-1, errno.EREMOTEIO)  # as i2c-bcm2835 does
        except BusFaultError:
            client.complete(-1, errno.ETIMEDOUT)
        except OSError as error:
            client.complete(-1, error.errno)
        except Exception:  # or the caller would wait for ever
            traceback.print_exc()
            client.complete(-1, errno.EPROTO)
        return True

    def _choose(self, argument: Any) -> int:  # noqa: ANN401
        self._address = struct.unpack("@P", bytes(argument.retrieve())[: struct.calcsize("@P")])[0]
        return 0

    def _functions(self, argument: Any) -> int:  # noqa: ANN401
        mask = FUNC_SMBUS_EMULATION | (0 if self.is_smbus_only else FUNC_I2C)
        _put(argument.resolve(0, struct.calcsize("@L")), 0, struct.pack("@L", mask))
        return 0

    def _transfer(self, argument: Any) -> int:  # noqa: ANN401
        if self.is_smbus_only:
            raise OSError(errno.EOPNOTSUPP, "no plain I2C")
        call = argument.resolve(0, struct.calcsize(MESSAGES))
        _, count = struct.unpack(MESSAGES, bytes(call.retrieve()))
        size = struct.calcsize(MESSAGE)
        messages = call.resolve(0, count * size)
        raw = bytes(messages.retrieve())
        parts = []
        for start in range(0, count * size, size):
            address, flags, length, _ = struct.unpack_from(MESSAGE, raw, start)
            buffer = messages.resolve(start + POINTER_OFFSET_IN_MESSAGE, length)
            parts.append((address, bool(flags & I2C_M_RD), length, buffer))
        self._combined(parts)
        return count

    def _combined(self, parts: list[tuple[int, bool, int, Any]]) -> None:
        """A read, a write, or a write and a read after a repeated start."""
        if [is_read for _, is_read, _, _ in parts] == [False, True]:
            (address, _, _, out), (_, _, length, back) = parts
            _put(back, 0, self.bus.write_read(address, bytes(out.retrieve()), length))
            return
        if len(parts) > 1:
            raise OSError(errno.EOPNOTSUPP, "other combinations")
        address, is_read, length, buffer = parts[0]
        if is_read:
            _put(buffer, 0, self.bus.read(address, length))
        else:
            self.bus.write(address, bytes(buffer.retrieve()))

    def _smbus(self, argument: Any) -> int:  # noqa: ANN401
        call = argument.resolve(0, struct.calcsize(SMBUS_CALL))
        is_read, command, size, pointer = struct.unpack(SMBUS_CALL, bytes(call.retrieve()))
        data = call.resolve(POINTER_OFFSET_IN_MESSAGE, SMBUS_DATA_BYTES) if pointer else None
        if size == BYTE and not is_read:
            self.bus.write(self._address, bytes([command]))
        elif size == BYTE:
            _put(data, 0, self.bus.read(self._address, 1))
        elif size in (BYTE_DATA, WORD_DATA, I2C_BLOCK):
            self._smbus_data(is_read, command, size, data)
        else:
            raise OSError(errno.EOPNOTSUPP, "other SMBus transfers")
        return 0

    def _smbus_data(self, is_read: bool, command: int, size: int, data: Any) -> None:  # noqa: ANN401
        block = bytes(data.retrieve())
        start, length = (1, block[0]) if size == I2C_BLOCK else (0, size - BYTE)
        if is_read:
            _put(data, start, self.bus.write_read(self._address, bytes([command]), length))
        else:
            self.bus.write(self._address, bytes([command]) + block[start : start + length])


def _put(data: Any, offset: int, value: bytes) -> None:  # noqa: ANN401
    data.update(offset, list(value))


class Stage:
    """What the test may call by name; begin() makes all of it anew."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {"stage": self}
        self.adapter = Adapter(SimI2CBus())

    def begin(self, panel: int, oled: int, driver: str, is_smbus_only: bool) -> None:
        """A bus with a panel and an OLED display at these addresses."""
        chips = {"panel": PanelChip(), "oled": OledChip(driver)}
        bus = SimI2CBus({panel: chips["panel"], oled: chips["oled"]})
        self.adapter.bus, self.adapter.is_smbus_only = bus, is_smbus_only
        self.adapter.calls.clear()
        self.objects.update(chips, bus=bus)

    def calls(self) -> dict[str, int]:
        """How often each kind of ioctl was called since begin()."""
        return dict(self.adapter.calls)


def main() -> None:
    """Serve requests of the test and ioctl calls of the drivers, both in this one thread."""
    connection, loop, stage = Connection(int(sys.argv[-1])), GLib.MainLoop(), Stage()
    testbed = UMockdev.Testbed.new()
    testbed.add_from_string(DEVICE)
    testbed.attach_ioctl("/dev/i2c-1", stage.adapter)

    def serve(*_: object) -> bool:
        if answer(connection, stage.objects):
            return True
        loop.quit()
        return False

    GLib.io_add_watch(connection.fileno(), GLib.IO_IN | GLib.IO_HUP, serve)
    connection.send(testbed.get_root_dir())
    loop.run()


main()
