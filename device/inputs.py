"""Live inputs of a terminal's player: MIDI and the computer keyboard, each read by a thread."""

from __future__ import annotations

from collections.abc import Callable

from device.events import Event, Fault, FaultCleared, MidiSeen, PortFound, PortLost
from device.keyboard import KeyPlayer
from device.midi_reader import MidiReader
from device.session import Session
from device.worker import WorkerThreads
from hardware.interfaces import Clock, KeyInput, MidiInput

KEYS_WAIT_S = 0.02  # also how exactly a key's note ends


class KeyReader:
    """A worker.Worker over the computer keyboard; q or a lost terminal quits."""

    name = "keys"

    def __init__(
        self,
        keys: KeyInput,
        post: Callable[[Event, float], None],
        quit_playing: Callable[[], None],
        player: KeyPlayer,
        clock: Clock,
    ) -> None:
        self._keys, self._post, self._clock = keys, post, clock
        self._quit, self._player = quit_playing, player

    def step(self, now_s: float) -> float:
        """Wait for keys for a while, and post what they mean."""
        try:
            pressed = self._keys.read(KEYS_WAIT_S)
        except (EOFError, OSError):
            self._quit()
            return now_s + KEYS_WAIT_S
        now_s = self._clock.now_s()
        events = [event for key in pressed for event in self._player.press(key, now_s)]
        for event in events + self._player.tick(now_s):
            self._post(event, now_s)
        if "q" in pressed:
            self._quit()
        return now_s

    def close(self) -> None:
        """The terminal is given back by whoever opened it."""


class InputThreads:
    """Runs readers until stop(), and puts into words what becomes of the inputs."""

    def __init__(self, session: Session, clock: Clock, report: Callable[[str], None]) -> None:
        self._session, self._clock, self._report = session, clock, report
        self._threads = WorkerThreads(
            clock.now_s, lambda name, error: report(f"{name}: {error!r}, please report it")
        )

    def read_midi(self, open_midi: Callable[[], MidiInput], channel: int) -> None:
        """Start listening to MIDI; `channel` is 1..16, or 0 for all."""
        reader = MidiReader("MIDI", open_midi, self._take, lambda: channel, self._clock.now_s)
        self._threads.start(reader)

    def read_keys(
        self, keys: KeyInput, quit_playing: Callable[[], None], player: KeyPlayer | None = None
    ) -> None:
        """Start listening to the computer keyboard; q or a lost terminal quits."""
        player = player or KeyPlayer()
        self._threads.start(KeyReader(keys, self._take, quit_playing, player, self._clock))

    def stop(self) -> None:
        """Ask the readers to end and wait until they have."""
        self._threads.close()

    def _take(self, event: Event, time_s: float) -> None:
        match event:
            case PortFound(port):
                self._report(f"MIDI: listening to {port}")
            case Fault(part, text):
                self._report(f"{part} input has stopped: {text}")
            case FaultCleared(part):
                self._report(f"{part} input is back")
            case MidiSeen():
                pass
            case _:
                if isinstance(event, PortLost):
                    self._report(f"MIDI: lost {event.port}")
                self._session.post(event, time_s)
