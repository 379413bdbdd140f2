"""The simulated serial port: its plug, its noise, and reads that wait."""

from __future__ import annotations

import threading

import pytest

from hardware.errors import SerialUnavailableError
from hardware.sim.sim_serial import SimSerial


def test_bytes_wait_for_the_reader_and_a_reader_for_bytes() -> None:
    port = SimSerial()
    port.send(b"ab")
    port.send(b"c")
    assert port.read(0) == b"abc"
    assert port.read(0) == b""
    sender = threading.Timer(0.02, port.send, [b"d"])
    sender.start()
    assert port.read(10) == b"d"
    sender.join()


def test_a_pulled_plug_wakes_the_reader_and_loses_what_was_under_way() -> None:
    port = SimSerial("UART 7")
    puller = threading.Timer(0.02, port.unplug)
    puller.start()
    with pytest.raises(SerialUnavailableError, match="UART 7"):
        port.read(10)
    puller.join()
    port.send(b"lost")
    with pytest.raises(SerialUnavailableError):
        port.write(b"x")
    port.plug()
    assert port.read(0) == b""


def test_noise_is_the_same_for_a_seed() -> None:
    port = SimSerial()
    assert port.noise(20, 1) == port.read(0)
    assert port.noise(20, 1) == port.noise(20, 1) != port.noise(20, 2)


def test_what_is_written_is_kept() -> None:
    port = SimSerial()
    port.write(b"a")
    port.write(b"b")
    port.close()
    assert port.written == b"ab"
