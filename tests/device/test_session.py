"""Live playing without a sound card: event frames, order, threads that read inputs, lost ports."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from device.events import Event, NoteOff, NoteOn, Origin, PortLost, TouchMoved
from device.inputs import InputThreads
from device.keyboard import GATE_S
from device.pack.errors import PackDamagedError
from device.session import Session
from hardware.errors import MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiKind, MidiMessage

RATE = 48000
MARGIN_S = 0.001
PATIENCE_S = 20
HERE = Origin("keys", 0)


@dataclass
class Clock:
    """A clock that is set by hand."""

    time_s: float = 100.0

    def now_s(self) -> float:
        return self.time_s


@dataclass
class Counter:
    """A mixer of which only the frame counter is looked at, and when it rose."""

    frame: int = 0
    age_s: float = 0.0

    def pulse(self) -> tuple[int, float]:
        return self.frame, self.age_s


@dataclass
class RememberingPlayer:
    """Keeps what it is told; a note 0 is damaged."""

    handled: list[tuple[int, Event]] = field(default_factory=list)
    advanced: int = 0
    released: int | None = None

    def handle(self, frame: int, event: Event) -> None:
        if isinstance(event, NoteOn) and event.note == 0:
            raise PackDamagedError("cell", "broken")
        self.handled.append((frame, event))

    def advance(self, frame: int) -> None:
        self.advanced = frame

    def release_all(self, frame: int) -> None:
        self.released = frame


class Stage:
    """A session whose time and frames move only when told to."""

    def __init__(self) -> None:
        self.clock, self.mixer, self.player = Clock(), Counter(), RememberingPlayer()
        self.said: list[str] = []
        self.stalled_s = 0.0
        self.session = Session(
            self.player, self.mixer, self.clock, RATE, MARGIN_S, self.said.append
        )

    def stall(self, seconds: float) -> None:
        """The output stands still, and nobody looks."""
        self.clock.time_s += seconds
        self.stalled_s += seconds

    def pass_time(self, seconds: float, block: int = 128) -> None:
        self.clock.time_s += seconds
        played_s = self.clock.time_s - 100.0 - self.stalled_s
        self.mixer.frame = int(played_s * RATE) // block * block
        self.mixer.age_s = played_s - self.mixer.frame / RATE
        self.session.step(0)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_events_keep_their_distance_whenever_they_are_looked_at(stage: Stage) -> None:
    for _ in range(100):
        stage.pass_time(0.0021)
    first_s = stage.clock.time_s - 0.0015
    stage.session.post(NoteOn(HERE, 60, 1), first_s)
    stage.pass_time(0.004)
    stage.session.post(NoteOn(HERE, 61, 1), first_s + 0.005)
    stage.pass_time(0.004)
    (first, _), (second, _) = stage.player.handled
    assert second - first == pytest.approx(0.005 * RATE, abs=0.0002 * RATE)


def test_events_of_several_inputs_happen_in_order_of_arrival(stage: Stage) -> None:
    now_s = stage.clock.time_s
    for offset in (0.003, 0.001, 0.002):
        stage.session.post(NoteOn(HERE, round(offset * 1000), 1), now_s + offset)
    stage.pass_time(0.01)
    assert [event.note for _, event in stage.player.handled] == [1, 2, 3]


def test_a_later_event_waits_for_its_time(stage: Stage) -> None:
    stage.session.post(NoteOff(HERE, 60), stage.clock.time_s + 0.5)
    stage.pass_time(0.4)
    assert stage.player.handled == []
    stage.pass_time(0.2)
    assert len(stage.player.handled) == 1


def test_a_performance_keeps_its_frames_exactly(stage: Stage) -> None:
    song = [(0, NoteOn(HERE, 60, 1)), (1001, NoteOff(HERE, 60)), (2000, TouchMoved(0, 0))]
    last = stage.session.schedule(song, stage.clock.time_s)
    for _ in range(40):
        stage.pass_time(0.0037)
    frames = [frame for frame, _ in stage.player.handled]
    assert [frame - frames[0] for frame in frames] == [0, 1001, 2000]
    assert frames[-1] == last


def test_frames_never_go_back_when_the_output_turns_out_to_be_further_back(stage: Stage) -> None:
    """Nobody looks for a while, in which the sound output stalls: the timeline falls back."""
    for _ in range(400):
        stage.pass_time(0.005)
    stage.stall(0.3)
    frames = []
    for _ in range(800):
        stage.session.post(NoteOn(HERE, 60, 1), stage.clock.time_s)
        stage.pass_time(0.0025)
        frames += [frame for frame, _ in stage.player.handled]
        stage.player.handled.clear()
    assert frames == sorted(frames)
    assert stage.session.frame_now() >= frames[-1]


def test_stopping_lets_go_and_forgets_what_is_to_come(stage: Stage) -> None:
    stage.session.post(NoteOn(HERE, 60, 1), stage.clock.time_s + 1)
    stage.pass_time(0.1)
    stage.session.stop()
    stage.pass_time(2)
    assert stage.player.released is not None
    assert stage.player.handled == []


def test_a_damaged_note_is_told_once_and_the_music_goes_on(stage: Stage) -> None:
    for note in (0, 0, 60):
        stage.session.post(NoteOn(HERE, note, 1), stage.clock.time_s)
    stage.pass_time(0.1)
    assert [event.note for _, event in stage.player.handled] == [60]
    assert stage.said == ["a note cannot be played: cell: broken"]


class FakeMidi:
    """A MIDI input that is fed by the test; an error put in is raised."""

    def __init__(self) -> None:
        self.reports: queue.SimpleQueue[MidiReport | Exception] = queue.SimpleQueue()

    fault = ""

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        try:
            report = self.reports.get(timeout=timeout_s)
        except queue.Empty:
            return []
        if isinstance(report, Exception):
            raise report
        return [report]

    def ports(self) -> tuple[str, ...]:
        return ("Keystation",)

    def close(self) -> None:
        """Nothing to close."""


class FakeKeys:
    """A terminal that is fed by the test; None hangs up."""

    def __init__(self) -> None:
        self.pressed: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read(self, timeout_s: float) -> Sequence[str]:
        try:
            key = self.pressed.get(timeout=timeout_s)
        except queue.Empty:
            return []
        if key is None:
            raise EOFError
        return [key]

    def close(self) -> None:
        """Nothing to close."""


class Inbox:
    """Stands in for the session: events come out in order."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[tuple[Event, float]] = queue.SimpleQueue()

    def post(self, event: Event, time_s: float) -> None:
        self.events.put((event, time_s))

    def next(self) -> tuple[Event, float]:
        return self.events.get(timeout=PATIENCE_S)


def test_midi_messages_are_posted_with_their_arrival_and_ports_are_told() -> None:
    midi, inbox, said = FakeMidi(), Inbox(), []
    threads = InputThreads(inbox, Clock(), said.append)
    threads.read_midi(lambda: midi, channel=2)
    for channel in (0, 1):
        message = MidiMessage(MidiKind.NOTE_ON, channel, 60, 99)
        midi.reports.put(MidiReceived("Keystation", message, 5.0 + channel))
    midi.reports.put(MidiPortOpened("Launchkey", 7.0))
    midi.reports.put(MidiPortLost("Launchkey", 8.0))
    assert inbox.next() == (NoteOn(Origin("Keystation", 1), 60, 99), 6.0)
    assert inbox.next() == (PortLost("Launchkey"), 8.0)
    threads.stop()
    assert said == [
        "MIDI: listening to Keystation",
        "MIDI: listening to Launchkey",
        "MIDI: lost Launchkey",
    ]


def test_a_sequencer_that_dies_lets_go_of_its_ports_and_may_come_back() -> None:
    midi, inbox, clock = FakeMidi(), Inbox(), Clock()
    said: queue.SimpleQueue[str] = queue.SimpleQueue()

    def hear() -> str:
        return said.get(timeout=PATIENCE_S)

    threads = InputThreads(inbox, clock, said.put)
    threads.read_midi(lambda: midi, channel=0)
    midi.reports.put(MidiPortOpened("Keystation", 99.0))
    assert hear() == "MIDI: listening to Keystation"
    midi.reports.put(MidiUnavailableError("gone"))
    assert inbox.next() == (PortLost("Keystation"), 100.0)
    assert hear() == "MIDI: lost Keystation"
    clock.time_s += 1
    midi.reports.put(MidiUnavailableError("gone"))
    assert hear() == "MIDI input has stopped: gone"
    midi.reports.put(MidiPortOpened("Keystation", 102.0))
    assert hear() == "MIDI: listening to Keystation"
    assert hear() == "MIDI input is back"
    threads.stop()


def test_keys_play_end_by_themselves_and_quit() -> None:
    keys, inbox, clock, quitting = FakeKeys(), Inbox(), Clock(), threading.Event()
    threads = InputThreads(inbox, clock, print)
    threads.read_keys(keys, quitting.set)
    keys.pressed.put("a")
    event, time_s = inbox.next()
    assert isinstance(event, NoteOn)
    assert time_s == 100.0
    clock.time_s += GATE_S + 0.001
    event, _ = inbox.next()
    assert isinstance(event, NoteOff)
    keys.pressed.put("q")
    assert quitting.wait(PATIENCE_S)
    threads.stop()


def test_a_terminal_that_hangs_up_quits() -> None:
    keys, quitting = FakeKeys(), threading.Event()
    threads = InputThreads(Inbox(), Clock(), print)
    threads.read_keys(keys, quitting.set)
    keys.pressed.put(None)
    assert quitting.wait(PATIENCE_S)
    threads.stop()
