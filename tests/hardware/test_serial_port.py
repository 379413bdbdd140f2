"""LinuxSerialPort over real pseudo-terminals: bytes, hang-ups, opening again."""

from __future__ import annotations

import os
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.errors import BoardConfigError, SerialUnavailableError
from hardware.serial_port import LinuxSerialPort, find_device

pytest.importorskip("serial")


class Line:
    """A device file that leads to a pseudo-terminal; pulling the plug hangs it up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: tuple[int, int] | None = None

    def plug(self) -> None:
        far, near = os.openpty()
        tty.setraw(near)
        self._ends = far, near
        self.path.symlink_to(os.ttyname(near))

    def unplug(self) -> None:
        if self._ends is not None:
            self.path.unlink()
            for end in self._ends:
                os.close(end)
            self._ends = None

    def send(self, data: bytes) -> None:
        assert self._ends is not None
        os.write(self._ends[0], data)

    def receive(self) -> bytes:
        assert self._ends is not None
        return os.read(self._ends[0], 100)

    def rate(self) -> int:
        assert self._ends is not None
        speed: int = termios.tcgetattr(self._ends[1])[4]
        return speed


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "ttyAMA0")
    made.plug()
    yield made
    made.unplug()


@pytest.fixture
def port(line: Line) -> Iterator[LinuxSerialPort]:
    made = LinuxSerialPort(str(line.path))
    yield made
    made.close()


def test_bytes_both_ways(port: LinuxSerialPort, line: Line) -> None:
    assert port.read(0) == b""
    line.send(bytes(range(256)))
    data = b""
    while len(data) < 256:
        data += port.read(5)
    assert data == bytes(range(256))
    port.write(b"\x90\x3c\x40")
    assert line.receive() == b"\x90\x3c\x40"


def test_a_read_waits_for_the_first_byte(port: LinuxSerialPort, line: Line) -> None:
    port.read(0)
    sender = threading.Timer(0.05, line.send, [b"\xf8"])
    sender.start()
    assert port.read(10) == b"\xf8"
    sender.join()


def test_the_overlays_rate_only_when_asked_for(line: Line) -> None:
    port = LinuxSerialPort(str(line.path), "38400")
    port.read(0)
    assert line.rate() == termios.B38400
    port.close()
    port = LinuxSerialPort(str(line.path), "31250")
    port.read(0)
    assert line.rate() != termios.B38400
    port.close()


def test_hang_up_and_opening_again(port: LinuxSerialPort, line: Line) -> None:
    port.read(0)
    line.unplug()
    with pytest.raises(SerialUnavailableError, match="ttyAMA0 went away"):
        port.read(5)
    with pytest.raises(SerialUnavailableError, match=r"ttyAMA0 at 31250 baud .*enable_uart=1"):
        port.read(0)
    line.plug()
    assert port.read(0) == b""
    line.send(b"\xfe")
    assert port.read(5) == b"\xfe"


def test_writing_into_a_line_that_hung_up(port: LinuxSerialPort, line: Line) -> None:
    port.write(b"a")
    line.unplug()
    with pytest.raises(SerialUnavailableError, match="went away"):
        port.write(b"b")


def test_close_and_use_again(port: LinuxSerialPort, line: Line) -> None:
    port.read(0)
    port.close()
    port.close()
    assert port.read(0) == b""
    line.send(b"x")
    assert port.read(5) == b"x"


def test_two_users_are_refused(port: LinuxSerialPort, line: Line) -> None:
    port.read(0)
    with pytest.raises(SerialUnavailableError, match="another program has it"):
        LinuxSerialPort(str(line.path)).read(0)


def test_no_pyserial_says_what_to_install(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(SerialUnavailableError, match="pip install pyserial"):
        LinuxSerialPort(str(line.path)).read(0)


def test_an_unknown_rate() -> None:
    for rate in ("115200", "none"):
        with pytest.raises(BoardConfigError, match=rate):
            LinuxSerialPort("/dev/null", rate)


def test_the_headers_uart_is_the_first_that_is_there(tmp_path: Path) -> None:
    serial0, ama0, s0 = (tmp_path / name for name in ("serial0", "ttyAMA0", "ttyS0"))
    devices = (str(serial0), str(ama0), str(s0))
    with pytest.raises(SerialUnavailableError, match="uart0=on"):
        find_device(devices)
    s0.touch()
    assert find_device(devices) == str(s0)
    serial0.symlink_to(s0)
    assert find_device(devices) == str(serial0)


def test_on_a_pi_5_serial0_is_the_debug_port_and_not_taken(tmp_path: Path) -> None:
    serial0, ama0, debug = (tmp_path / name for name in ("serial0", "ttyAMA0", "ttyAMA10"))
    debug.touch()
    serial0.symlink_to(debug)
    with pytest.raises(SerialUnavailableError):
        find_device((str(serial0), str(ama0)))
    ama0.touch()
    assert find_device((str(serial0), str(ama0))) == str(ama0)
