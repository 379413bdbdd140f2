"""DIN MIDI on a tty of the kernel: two serial lines of this machine are wired to each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from waiting import wait_for

from hardware.clock import SystemClock
from hardware.din_midi import PORT, DinMidi
from hardware.errors import SerialUnavailableError
from hardware.interfaces import MidiPortOpened, MidiReceived
from hardware.midi import MidiKind, MidiMessage
from hardware.serial_port import LinuxSerialPort, find_device

HERE, THERE = "/dev/ttyS0", "/dev/ttyS1"
MIDI_BAUD = "31250"


@pytest.fixture
def here() -> Iterator[LinuxSerialPort]:
    port = LinuxSerialPort(HERE, MIDI_BAUD)
    assert port.read(0) == b""  # open, so that nothing sent from now on can be missed
    yield port
    port.close()


@pytest.fixture
def there() -> Iterator[LinuxSerialPort]:
    port = LinuxSerialPort(THERE, MIDI_BAUD)
    yield port
    port.close()


def collect(port: LinuxSerialPort, length: int) -> bytes:
    data = b""

    def is_all() -> bool:
        nonlocal data
        data += port.read(0.05)
        return len(data) >= length

    wait_for(f"{length} bytes", is_all)
    return data


def test_every_byte_value_arrives_both_ways(here: LinuxSerialPort, there: LinuxSerialPort) -> None:
    everything = bytes(range(256))
    assert there.read(0) == b""
    for sender, receiver in ((there, here), (here, there)):
        sender.write(everything)
        assert collect(receiver, 256) == everything


def test_the_first_serial_port_is_found() -> None:
    assert find_device() == HERE


def test_a_port_that_is_taken_and_one_that_is_not_there(here: LinuxSerialPort) -> None:
    with pytest.raises(SerialUnavailableError, match="another program has it"):
        LinuxSerialPort(HERE).read(0)
    with pytest.raises(SerialUnavailableError, match="/dev/ttyUSB9"):
        LinuxSerialPort("/dev/ttyUSB9").read(0)


def test_a_closed_port_opens_again(here: LinuxSerialPort, there: LinuxSerialPort) -> None:
    here.close()
    assert here.read(0) == b""
    there.write(b"again")
    assert collect(here, 5) == b"again"


def test_notes_through_the_din_socket(here: LinuxSerialPort, there: LinuxSerialPort) -> None:
    din = DinMidi(here, SystemClock())
    (opened,) = din.receive(0)
    assert opened == MidiPortOpened(PORT, opened.time_s)
    rng = Random(3)
    sent = [
        MidiMessage(MidiKind.NOTE_ON, rng.randrange(16), rng.randrange(128), rng.randint(1, 127))
        for _ in range(300)
    ]
    heard: list[MidiMessage] = []

    def all_heard() -> bool:
        reports = din.receive(0.05)
        heard.extend(report.message for report in reports if isinstance(report, MidiReceived))
        return len(heard) >= len(sent)

    for message in sent:
        there.write(bytes([message.kind | message.channel, 0xF8, message.data1, message.data2]))
        din_waits = din.receive(0)
        heard.extend(report.message for report in din_waits if isinstance(report, MidiReceived))
    wait_for("all notes", all_heard)
    assert heard == sent


def test_the_terminal_neither_echoes_nor_edits(here: LinuxSerialPort) -> None:
    raw = os.open(THERE, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    os.write(raw, b"\x03\r\n\x11\x13\x7f")
    arrived = collect(here, 6)
    os.close(raw)
    assert arrived[-1] == 0x7F
    here.write(b"\n")
    assert Path(THERE).is_char_device()
