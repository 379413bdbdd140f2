"""LinuxI2CBus over an smbus2 that fails as told: what each failure is called, and what follows."""

from __future__ import annotations

import errno
import os
import sys
from types import SimpleNamespace

import pytest

from hardware.errors import BusFaultError, BusUnavailableError, ChipMissingError
from hardware.i2c import LinuxI2CBus
from hardware.i2c_wires import I2C_FUNC_I2C


class FakeSMBus2:
    """Stands in for the package; `fails` is the error number of all that follows."""

    def __init__(self) -> None:
        self.open_fails = self.fails = 0
        self.funcs = I2C_FUNC_I2C
        self.opened: list[str] = []
        self.closed = 0
        self.calls: list[tuple[object, ...]] = []
        self.i2c_msg = SimpleNamespace(
            write=lambda address, data: ("write", address, bytes(data)),
            read=lambda address, length: bytes(length),
        )

    def SMBus(self, path: str) -> FakeSMBus2:  # noqa: N802
        self._fail(self.open_fails)
        self.opened.append(path)
        return self

    def i2c_rdwr(self, *messages: object) -> None:
        self._call("i2c_rdwr", *messages)

    def write_byte(self, *args: object) -> None:
        self._call("write_byte", *args)

    def read_byte(self, *args: object) -> int:
        self._call("read_byte", *args)
        return 7

    def write_i2c_block_data(self, *args: object) -> None:
        self._call("write_block", *args)

    def read_i2c_block_data(self, address: int, register: int, length: int) -> list[int]:
        self._call("read_block", address, register, length)
        return list(range(length))

    def close(self) -> None:
        self.closed += 1

    def _call(self, *call: object) -> None:
        self._fail(self.fails)
        self.calls.append(call)

    @staticmethod
    def _fail(number: int) -> None:
        if number:
            raise OSError(number, os.strerror(number))


@pytest.fixture
def smbus2(monkeypatch: pytest.MonkeyPatch) -> FakeSMBus2:
    fake = FakeSMBus2()
    monkeypatch.setitem(sys.modules, "smbus2", fake)  # type: ignore[arg-type]
    return fake


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.EREMOTEIO, ChipMissingError, "no chip acknowledges"),
        (errno.ENXIO, ChipMissingError, "no chip acknowledges"),
        (errno.ENODEV, ChipMissingError, "no chip acknowledges"),
        (errno.EBUSY, BusFaultError, "kernel driver.*dtoverlay"),
        (errno.ETIMEDOUT, BusFaultError, "held low"),
        (errno.EAGAIN, BusFaultError, "arbitration"),
        (errno.EIO, BusFaultError, "noise"),
        (errno.EOPNOTSUPP, BusFaultError, "no such kind"),
        (errno.EPROTO, BusFaultError, "Protocol error"),
    ],
)
def test_transfer_errors(
    smbus2: FakeSMBus2, number: int, kind: type[Exception], words: str
) -> None:
    smbus2.fails = number
    with pytest.raises(kind, match=f"/dev/i2c-1.*0x47.*{words}|/dev/i2c-1.*{words}.*0x47"):
        LinuxI2CBus(1).write(0x47, b"\0")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "dtparam=i2c_arm=on"),
        (errno.ENODEV, "dtparam=i2c_arm=on"),
        (errno.EACCES, "group `i2c`"),
        (errno.EPERM, "group `i2c`"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_opening_errors(smbus2: FakeSMBus2, number: int, words: str) -> None:
    smbus2.open_fails = number
    bus = LinuxI2CBus(3)
    for _ in range(2):
        with pytest.raises(BusUnavailableError, match=f"/dev/i2c-3: .*{words}"):
            bus.read(0x47, 16)
    smbus2.open_fails = 0
    assert bus.read(0x47, 16) == bytes(16)


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smbus2", None)
    with pytest.raises(BusUnavailableError, match="pip install smbus2"):
        LinuxI2CBus(1).write(0x47, b"\0")


def test_opens_late_and_lets_go_after_an_error(smbus2: FakeSMBus2) -> None:
    bus = LinuxI2CBus(1)
    assert smbus2.opened == []
    bus.write(0x47, b"\0")
    bus.write(0x47, b"\0")
    assert (smbus2.opened, smbus2.closed) == (["/dev/i2c-1"], 0)
    smbus2.fails = errno.EIO
    with pytest.raises(BusFaultError):
        bus.read(0x47, 2)
    assert smbus2.closed == 1
    smbus2.fails = 0
    bus.read(0x47, 2)
    assert len(smbus2.opened) == 2
    bus.close()
    bus.close()
    assert smbus2.closed == 2


def test_a_combined_transfer_is_one_call(smbus2: FakeSMBus2) -> None:
    assert LinuxI2CBus(1).write_read(0x48, b"\1", 2) == b"\0\0"
    assert smbus2.calls == [("i2c_rdwr", ("write", 0x48, b"\1"), b"\0\0")]


def test_smbus_transfers(smbus2: FakeSMBus2) -> None:
    smbus2.funcs = 0
    bus = LinuxI2CBus(1)
    bus.write(0x47, b"\5")
    assert bus.read(0x47, 3) == b"\0\1\2"
    assert bus.read(0x47, 1) == b"\7"
    bus.write(0x3C, bytes(range(33)))
    assert smbus2.calls == [
        ("write_byte", 0x47, 5),
        ("read_block", 0x47, 5, 3),
        ("read_byte", 0x47),
        ("write_block", 0x3C, 0, list(range(1, 33))),
    ]


def test_what_smbus_cannot_do(smbus2: FakeSMBus2) -> None:
    smbus2.funcs = 0
    bus = LinuxI2CBus(1)
    with pytest.raises(BusFaultError, match="at most 33 bytes, not 34"):
        bus.write(0x3C, bytes(34))
    with pytest.raises(BusFaultError, match="none was named"):
        bus.read(0x47, 16)
    with pytest.raises(BusFaultError, match="one register byte, not 2"):
        bus.write_read(0x47, b"\0\0", 2)
    with pytest.raises(BusFaultError, match=r"1\.\.32 bytes, not 33"):
        bus.write_read(0x47, b"\0", 33)
    assert smbus2.calls == []
    assert smbus2.closed == 0
