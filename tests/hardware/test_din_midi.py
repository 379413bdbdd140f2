"""DIN MIDI: messages, losses, silence of active sensing, over a simulated and a real port."""

from __future__ import annotations

import os
import tty
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.din_midi import PORT, RETRY_S, SENSING_TIMEOUT_S, DinMidi
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiKind, MidiMessage
from hardware.serial_port import LinuxSerialPort
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_serial import SimSerial

NOTE_ON = bytes([0x90, 60, 100])
WAIT_S = 0.2


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def port(clock: ManualClock) -> SimSerial:
    return SimSerial(wait=clock.advance)


@pytest.fixture
def midi(port: SimSerial, clock: ManualClock) -> DinMidi:
    return DinMidi(port, clock, wait=clock.advance)


def names(reports: Sequence[MidiReport]) -> list[str]:
    return [type(report).__name__ for report in reports]


def test_opening_is_told_at_once_and_messages_carry_their_time(
    midi: DinMidi, port: SimSerial, clock: ManualClock
) -> None:
    assert midi.ports() == ()
    assert midi.receive(WAIT_S) == [MidiPortOpened(PORT, clock.now_s())]
    assert midi.ports() == (PORT,)
    port.send(NOTE_ON + b"\xf8" + bytes([60, 0]))
    now_s = clock.now_s()
    assert midi.receive(WAIT_S) == [
        MidiReceived(PORT, MidiMessage(MidiKind.NOTE_ON, 0, 60, 100), now_s),
        MidiReceived(PORT, MidiMessage(MidiKind.NOTE_OFF, 0, 60, 0), now_s),
    ]
    assert midi.bytes_received == 6


def test_a_wait_without_bytes_ends_after_its_time(midi: DinMidi, clock: ManualClock) -> None:
    midi.receive(WAIT_S)
    before_s = clock.now_s()
    assert midi.receive(WAIT_S) == []
    assert clock.now_s() - before_s == pytest.approx(WAIT_S)


def test_a_lost_port_is_told_once_tried_again_each_second_and_opened(
    midi: DinMidi, port: SimSerial, clock: ManualClock
) -> None:
    midi.receive(0)
    port.unplug()
    lost_s = clock.now_s()
    assert midi.receive(WAIT_S) == [MidiPortLost(PORT, lost_s)]
    assert midi.ports() == ()
    assert "unplugged" in midi.fault
    attempts = 0
    original = port.read

    def counted(timeout_s: float) -> bytes:
        nonlocal attempts
        attempts += 1
        return original(timeout_s)

    port.read = counted  # type: ignore[method-assign]
    while clock.now_s() < lost_s + 10 * RETRY_S:
        assert midi.receive(WAIT_S) == []
    assert 9 <= attempts <= 10
    port.plug()
    port.send(NOTE_ON)
    reports = [report for _ in range(10) for report in midi.receive(WAIT_S)]
    assert names(reports) == ["MidiPortOpened", "MidiReceived"]
    assert midi.fault == ""


def test_a_port_that_was_never_there_is_no_loss(midi: DinMidi, port: SimSerial) -> None:
    port.unplug()
    assert [midi.receive(WAIT_S) for _ in range(20)] == [[]] * 20
    assert midi.fault


def test_half_a_message_before_a_loss_is_forgotten(midi: DinMidi, port: SimSerial) -> None:
    midi.receive(0)
    port.send(NOTE_ON[:2])
    midi.receive(0)
    port.unplug()
    midi.receive(0)
    port.plug()
    port.send(bytes([100, 61, 100]))  # data of nothing: the status byte went with the old cable
    reports = [report for _ in range(10) for report in midi.receive(WAIT_S)]
    assert names(reports) == ["MidiPortOpened"]


def test_silence_after_active_sensing_is_a_loss_in_time(
    midi: DinMidi, port: SimSerial, clock: ManualClock
) -> None:
    midi.receive(0)
    port.send(NOTE_ON + b"\xfe")
    midi.receive(10)
    heard_s = clock.now_s()
    reports = midi.receive(10)
    assert names(reports) == ["MidiPortLost"]
    assert clock.now_s() - heard_s == pytest.approx(SENSING_TIMEOUT_S, abs=0.002)
    assert midi.ports() == ()
    assert midi.receive(10) == []  # told once
    port.send(b"\xfe" + NOTE_ON)
    assert names(midi.receive(10)) == ["MidiPortOpened", "MidiReceived"]


def test_a_sender_that_keeps_its_promise_is_never_lost(
    midi: DinMidi, port: SimSerial, clock: ManualClock
) -> None:
    midi.receive(0)
    for _ in range(50):
        port.send(b"\xfe")
        assert midi.receive(WAIT_S) == []
        clock.advance(0.3)


def test_without_active_sensing_silence_is_a_pause(midi: DinMidi, port: SimSerial) -> None:
    midi.receive(0)
    port.send(NOTE_ON)
    midi.receive(0)
    assert [midi.receive(WAIT_S) for _ in range(100)] == [[]] * 100
    assert midi.ports() == (PORT,)


def test_bytes_that_came_while_nobody_read_are_no_silence(
    midi: DinMidi, port: SimSerial, clock: ManualClock
) -> None:
    midi.receive(0)
    port.send(b"\xfe")
    midi.receive(0)
    port.send(b"\xfe")
    clock.advance(5)
    assert midi.receive(0) == []


@given(seed=st.integers(0, 1000), count=st.integers(0, 300))
def test_noise_raises_nothing_and_a_message_after_it_is_heard(seed: int, count: int) -> None:
    clock = ManualClock()
    port = SimSerial(wait=clock.advance)
    midi = DinMidi(port, clock, wait=clock.advance)
    midi.receive(0)
    port.noise(count, seed)
    midi.receive(0)
    port.send(NOTE_ON)
    reports = midi.receive(0)
    assert reports[-1] == MidiReceived(
        PORT, MidiMessage(MidiKind.NOTE_ON, 0, 60, 100), clock.now_s()
    )


def test_close_and_receive_again(midi: DinMidi) -> None:
    midi.receive(0)
    midi.close()
    midi.close()
    assert midi.ports() == ()
    assert names(midi.receive(0)) == ["MidiPortOpened"]


def test_over_a_real_line_that_is_pulled_and_put_back(tmp_path: Path, clock: ManualClock) -> None:
    pytest.importorskip("serial")
    path = tmp_path / "ttyAMA0"

    def plug() -> tuple[int, int]:
        ends = os.openpty()
        tty.setraw(ends[1])
        path.symlink_to(os.ttyname(ends[1]))
        return ends

    far, near = plug()
    midi = DinMidi(LinuxSerialPort(str(path)), clock, wait=clock.advance)
    assert names(midi.receive(0)) == ["MidiPortOpened"]
    os.write(far, NOTE_ON)
    assert names(midi.receive(5)) == ["MidiReceived"]
    path.unlink()
    os.close(far)
    os.close(near)
    assert names(midi.receive(5)) == ["MidiPortLost"]
    assert midi.receive(WAIT_S) == []
    far, near = plug()
    clock.advance(RETRY_S)
    assert names(midi.receive(0)) == ["MidiPortOpened"]
    os.write(far, NOTE_ON)
    assert names(midi.receive(5)) == ["MidiReceived"]
    midi.close()
    os.close(far)
    os.close(near)
