"""The two ways to make I2C transfers through smbus2: plain I2C, or SMBus transfers only.

Both raise OSError as the kernel gives it, and ValueError for what SMBus cannot express.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import ModuleType

    from smbus2 import SMBus

I2C_FUNC_I2C = 0x00000001  # of linux/i2c.h: the adapter does plain I2C
SMBUS_BLOCK_BYTES = 32  # I2C_SMBUS_BLOCK_MAX of linux/i2c.h


class Wires(Protocol):
    """One open device node."""

    def write(self, address: int, data: bytes) -> None:
        """One write transfer."""
        ...

    def read(self, address: int, length: int) -> bytes:
        """One read transfer."""
        ...

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A write, then a read after a repeated start."""
        ...


def wires_of(smbus2: ModuleType, bus: SMBus) -> Wires:
    """The way that this open bus's adapter knows."""
    if int(bus.funcs) & I2C_FUNC_I2C:
        return PlainWires(smbus2, bus)
    return SMBusWires(bus)


class PlainWires:
    """Transfers of any length, each one I2C_RDWR call."""

    def __init__(self, smbus2: ModuleType, bus: SMBus) -> None:
        self._message, self._bus = smbus2.i2c_msg, bus

    def write(self, address: int, data: bytes) -> None:
        """One message."""
        self._bus.i2c_rdwr(self._message.write(address, data))

    def read(self, address: int, length: int) -> bytes:
        """One message."""
        answer = self._message.read(address, length)
        self._bus.i2c_rdwr(answer)
        return bytes(answer)

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """Two messages in one call, so with a repeated start between."""
        answer = self._message.read(address, length)
        self._bus.i2c_rdwr(self._message.write(address, data), answer)
        return bytes(answer)


class SMBusWires:
    """The same as far as an SMBus goes: a register number and at most 32 bytes.

    SMBus reads several bytes only from a named register: read() names the one that the last
    write of one byte to that chip has named.
    """

    def __init__(self, bus: SMBus) -> None:
        self._bus = bus
        self._registers: dict[int, int] = {}  # by address

    def write(self, address: int, data: bytes) -> None:
        """One byte as it is, more as a block write to the register of the first byte."""
        if len(data) > 1 + SMBUS_BLOCK_BYTES:
            raise ValueError(f"SMBus writes at most {1 + SMBUS_BLOCK_BYTES} bytes, not {len(data)}")
        if len(data) == 1:
            self._bus.write_byte(address, data[0])
            self._registers[address] = data[0]
        else:
            self._bus.write_i2c_block_data(address, data[0], list(data[1:]))

    def read(self, address: int, length: int) -> bytes:
        """One byte as it is, more as a block read."""
        if length == 1:
            return bytes([self._bus.read_byte(address)])
        if address not in self._registers:
            raise ValueError("SMBus reads several bytes only from a register, and none was named")
        return self.write_read(address, bytes([self._registers[address]]), length)

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A block read from the register of the only byte."""
        if len(data) != 1:
            raise ValueError(f"SMBus reads after one register byte, not {len(data)}")
        if not 0 < length <= SMBUS_BLOCK_BYTES:
            raise ValueError(f"SMBus reads 1..{SMBUS_BLOCK_BYTES} bytes, not {length}")
        return bytes(self._bus.read_i2c_block_data(address, data[0], length))
