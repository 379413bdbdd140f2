"""Threads that wait for live inputs and post what they hear to the session."""

from __future__ import annotations

import threading
from collections.abc import Callable

from device.keyboard import KeyPlayer
from device.midi_events import report_event
from device.session import Session
from hardware.errors import HardwareError
from hardware.interfaces import (
    Clock,
    KeyInput,
    MidiInput,
    MidiPortLost,
    MidiPortOpened,
    MidiReport,
)

MIDI_WAIT_S = 0.2  # also how long stopping may take
KEYS_WAIT_S = 0.02  # also how exactly a key's note ends


class InputThreads:
    """Runs readers until stop(); a reader that fails reports it and ends, the others go on."""

    def __init__(self, session: Session, clock: Clock, report: Callable[[str], None]) -> None:
        self._session, self._clock, self._report = session, clock, report
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def read_midi(self, midi: MidiInput, channel: int) -> None:
        """Start listening to MIDI; `channel` is 1..16, or 0 for all."""

        def read() -> None:
            ports = midi.ports()
            try:
                while not self._stopping.is_set():
                    for report in midi.receive(MIDI_WAIT_S):
                        self._midi_report(report, channel)
                    ports = midi.ports()
            except HardwareError as error:
                self._report(f"MIDI input has stopped: {error}")
                now_s = self._clock.now_s()
                for port in ports:
                    self._midi_report(MidiPortLost(port, now_s), channel)

        self._start(read, "midi")

    def read_keys(
        self, keys: KeyInput, quit_playing: Callable[[], None], player: KeyPlayer | None = None
    ) -> None:
        """Start listening to the computer keyboard; q or a lost terminal quits."""
        player = player or KeyPlayer()

        def read() -> None:
            try:
                while not self._stopping.is_set():
                    pressed = keys.read(KEYS_WAIT_S)
                    now_s = self._clock.now_s()
                    events = [event for key in pressed for event in player.press(key, now_s)]
                    for event in events + player.tick(now_s):
                        self._session.post(event, now_s)
                    if "q" in pressed:
                        quit_playing()
            except (EOFError, OSError):
                quit_playing()

        self._start(read, "keys")

    def stop(self) -> None:
        """Ask the readers to end and wait until they have."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _midi_report(self, report: MidiReport, channel: int) -> None:
        if isinstance(report, MidiPortOpened):
            self._report(f"MIDI: listening to {report.port}")
        elif isinstance(report, MidiPortLost):
            self._report(f"MIDI: lost {report.port}")
        event = report_event(report, channel)
        if event is not None:
            self._session.post(event, report.time_s)

    def _start(self, read: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=read, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
