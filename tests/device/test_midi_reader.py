"""A system of MIDI inputs that fails and returns: whatever a port holds is let go, once."""

from __future__ import annotations

from collections.abc import Sequence

from device.events import Event, Fault, FaultCleared, MidiSeen, NoteOn, Origin, PortFound, PortLost
from device.midi_reader import MidiReader
from hardware.errors import MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiMessage, MidiParser


def note_on(note: int, channel: int = 0) -> MidiMessage:
    (message,) = MidiParser().feed((0x90 | channel, note, 100))
    return message


class System:
    """MidiInput that reports what a test says."""

    def __init__(self) -> None:
        self.fault = ""
        self.coming: list[MidiReport] = []
        self.is_there = True
        self.opened = self.closed = 0

    def open(self) -> System:
        self.opened += 1
        return self

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        if not self.is_there:
            raise MidiUnavailableError("the sequencer has gone")
        coming, self.coming = self.coming, []
        return coming

    def ports(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        self.closed += 1


class Bench:
    """A reader and what it tells."""

    def __init__(self, channel: int = 0) -> None:
        self.system, self.told, self.time_s = System(), list[Event](), 10.0
        self.reader = MidiReader(
            "USB MIDI",
            self.system.open,
            lambda event, time_s: self.told.append(event),
            lambda: channel,
            lambda: self.time_s,
        )

    def hear(self, *reports: MidiReport, seconds: float = 0.0) -> list[Event]:
        self.system.coming += reports
        self.told.clear()
        end_s = self.time_s + seconds
        while True:
            self.time_s = max(self.reader.step(self.time_s), self.time_s + 0.01)
            if self.time_s >= end_s:
                return list(self.told)


def test_messages_are_events_and_lines_of_the_monitor() -> None:
    bench = Bench(channel=1)
    assert bench.hear(MidiPortOpened("A", 1.0)) == [PortFound("A")]
    heard, unheard = MidiReceived("A", note_on(60), 2.0), MidiReceived("A", note_on(61, 4), 2.0)
    assert bench.hear(heard, unheard) == [
        NoteOn(Origin("A", 0), 60, 100),
        MidiSeen("A", "1 on C4 100", True),
        MidiSeen("A", "5 on C#4 100", False),
    ]


def test_a_system_that_goes_loses_all_ports_at_once_and_is_opened_again() -> None:
    bench = Bench()
    bench.hear(MidiPortOpened("A", 1.0), MidiPortOpened("B", 1.0))
    bench.system.is_there = False
    assert bench.hear() == [PortLost("A"), PortLost("B")]
    assert bench.hear(seconds=2.0) == [Fault("USB MIDI", "the sequencer has gone")]
    bench.system.is_there = True
    assert bench.hear(MidiPortOpened("A", 9.0)) == [PortFound("A"), FaultCleared("USB MIDI")]
    assert bench.system.opened > 2


def test_a_port_that_lost_bytes_but_plays_on_is_let_go_again_with_the_system() -> None:
    """Its driver tells of it as lost after an overrun, and not as found."""
    bench = Bench()
    bench.hear(MidiPortOpened("A", 1.0))
    assert bench.hear(MidiPortLost("A", 2.0)) == [PortLost("A")]
    assert bench.hear(MidiReceived("A", note_on(60), 3.0))[0] == PortFound("A")
    bench.system.is_there = False
    assert bench.hear() == [PortLost("A")]


def test_an_input_that_works_but_hears_nothing_tells_why() -> None:
    bench = Bench()
    bench.hear()
    bench.system.fault = "no serial port"
    assert bench.hear(seconds=1.0) == [Fault("USB MIDI", "no serial port")]
    bench.system.fault = ""
    assert bench.hear() == [FaultCleared("USB MIDI")]


def test_closing_closes_what_was_opened() -> None:
    bench = Bench()
    bench.reader.close()
    assert bench.system.closed == 0
    bench.hear()
    bench.reader.close()
    bench.reader.close()
    assert bench.system.closed == 1
