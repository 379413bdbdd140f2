"""Simulated USB keyboards keep what AlsaMidiInput promises: see tests/hardware/test_usb_midi.py."""

from __future__ import annotations

import threading
import time

import pytest

from hardware.errors import MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived
from hardware.midi import MidiKind
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_usb_midi import SimUsbMidi


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(50)


@pytest.fixture
def midi(clock: ManualClock) -> SimUsbMidi:
    made = SimUsbMidi(clock, wait=clock.advance)
    made.plug("Keys")
    made.receive(0)
    return made


def test_a_keyboard_that_is_there_is_told_of(clock: ManualClock) -> None:
    midi = SimUsbMidi(clock, wait=clock.advance)
    midi.plug("Keys")
    midi.plug("Keys")
    assert midi.ports() == ("Keys",)
    assert midi.receive(0) == [MidiPortOpened("Keys", 50)]
    assert midi.fault == ""


def test_messages_come_with_their_port_and_time(midi: SimUsbMidi, clock: ManualClock) -> None:
    midi.send("Keys", bytes((0x93, 60, 100)))
    clock.advance(1)
    midi.send("Keys", bytes((60, 0)))  # running status
    midi.send("Nobody", bytes((0x90, 1, 1)))
    on, off = midi.receive(0)
    assert isinstance(on, MidiReceived)
    assert isinstance(off, MidiReceived)
    assert (on.port, on.message.kind, on.time_s) == ("Keys", MidiKind.NOTE_ON, 50)
    assert (off.port, off.message.kind, off.time_s) == ("Keys", MidiKind.NOTE_OFF, 51)


def test_hot_plug_and_loss_are_reported_once(midi: SimUsbMidi) -> None:
    midi.plug("Pads")
    assert midi.receive(0) == [MidiPortOpened("Pads", 50)]
    midi.unplug("Pads")
    midi.unplug("Pads")
    assert midi.receive(0) == [MidiPortLost("Pads", 50)]
    assert midi.ports() == ("Keys",)


def test_half_a_message_is_forgotten_with_its_keyboard(midi: SimUsbMidi) -> None:
    midi.send("Keys", bytes((0x90, 60)))
    midi.unplug("Keys")
    midi.plug("Keys")
    midi.send("Keys", bytes((100,)))
    assert [type(report) for report in midi.receive(0)] == [MidiPortLost, MidiPortOpened]


def test_waiting_takes_the_time_it_is_given_and_no_more(
    midi: SimUsbMidi, clock: ManualClock
) -> None:
    assert midi.receive(0.25) == []
    assert clock.now_s() == 50.25
    midi.send("Keys", bytes((0x90, 60, 1)))
    assert len(midi.receive(30)) == 1
    assert clock.now_s() == 50.25


def test_waiting_ends_when_something_arrives(clock: ManualClock) -> None:
    midi = SimUsbMidi(clock)
    threading.Timer(0.05, lambda: midi.plug("Keys")).start()
    started_s = time.monotonic()
    assert [type(report) for report in midi.receive(30)] == [MidiPortOpened]
    assert time.monotonic() - started_s < 20


def test_waiting_ends_when_the_sequencer_goes(clock: ManualClock) -> None:
    midi = SimUsbMidi(clock)
    threading.Timer(0.05, midi.break_down).start()
    with pytest.raises(MidiUnavailableError, match="out of order"):
        midi.receive(30)


def test_an_overrun_lets_go_of_everything_and_goes_on(midi: SimUsbMidi) -> None:
    midi.send("Keys", bytes((0x90, 60)))
    midi.lose_bytes()
    midi.send("Keys", bytes((1, 0x90, 61, 1)))
    reports = midi.receive(0)
    assert [type(report) for report in reports] == [MidiPortLost, MidiPortOpened, MidiReceived]
    assert midi.ports() == ("Keys",)


def test_a_dead_sequencer_is_a_typed_error_until_it_is_repaired(midi: SimUsbMidi) -> None:
    midi.send("Keys", bytes((0x90, 60, 1, 0x90)))
    midi.break_down()
    midi.plug("Pads")
    midi.send("Keys", bytes((0x90, 62, 1)))
    for _ in range(2):
        with pytest.raises(MidiUnavailableError):
            midi.receive(0)
    with pytest.raises(MidiUnavailableError):
        midi.check()
    midi.repair()
    midi.check()
    midi.send("Keys", bytes((60, 1)))  # its running status is not known any more
    assert midi.receive(0) == [MidiPortOpened("Keys", 50), MidiPortOpened("Pads", 50)]


def test_closing_again_does_nothing(midi: SimUsbMidi) -> None:
    midi.close()
    midi.close()
    assert midi.ports() == ("Keys",)
