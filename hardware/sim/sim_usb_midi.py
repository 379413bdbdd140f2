"""USB MIDI keyboards that a program plugs in, plays and pulls out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hardware.errors import MidiUnavailableError
from hardware.interfaces import Clock, MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiParser


class SimUsbMidi:
    """MidiInput with verbs; any thread may use either end."""

    def __init__(self, clock: Clock, wait: Callable[[float], object] | None = None) -> None:
        """`wait` replaces waiting for messages: a test lets its own clock go on."""
        self.fault = ""
        self._clock, self._wait = clock, wait
        self._changed = threading.Condition()
        self._keyboards: dict[str, MidiParser] = {}
        self._reports: list[MidiReport] = []
        self._has_system = True

    # --- what people do ---

    def plug(self, name: str) -> None:
        """Connect a keyboard."""
        with self._changed:
            if name not in self._keyboards:
                self._keyboards[name] = MidiParser()
                self._tell(MidiPortOpened(name, self._clock.now_s()))

    def unplug(self, name: str) -> None:
        """Pull a keyboard out, whatever it holds."""
        with self._changed:
            if self._keyboards.pop(name, None) is not None:
                self._tell(MidiPortLost(name, self._clock.now_s()))

    def send(self, name: str, data: bytes) -> None:
        """Let a keyboard send bytes; one that is not connected plays to nobody."""
        with self._changed:
            parser = self._keyboards.get(name)
            now_s = self._clock.now_s()
            for message in parser.feed(data) if parser else ():
                self._tell(MidiReceived(name, message, now_s))

    def break_down(self) -> None:
        """The sequencer itself goes: every use fails until repair()."""
        with self._changed:
            self._has_system = False
            self._changed.notify_all()

    def repair(self) -> None:
        """The sequencer is back, and finds the keyboards that are connected."""
        with self._changed:
            self._has_system = True
            self._keyboards = {name: MidiParser() for name in self._keyboards}
            now_s = self._clock.now_s()
            self._reports = [MidiPortOpened(name, now_s) for name in self._keyboards]

    def lose_bytes(self) -> None:
        """The sequencer had no room: it tells of all ports as lost, then as opened again."""
        with self._changed:
            now_s = self._clock.now_s()
            self._keyboards = {name: MidiParser() for name in self._keyboards}
            for report in (MidiPortLost, MidiPortOpened):
                for name in self._keyboards:
                    self._tell(report(name, now_s))

    def check(self) -> None:
        """Raises MidiUnavailableError while the sequencer is out of order."""
        if not self._has_system:
            raise MidiUnavailableError("no MIDI input: the simulated sequencer is out of order")

    # --- MidiInput ---

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        """What has happened, waiting at most timeout_s for the first of it."""
        with self._changed:
            if not self._reports and self._has_system and timeout_s > 0:
                self._pass_time(timeout_s)
            self.check()
            reports, self._reports = self._reports, []
            return reports

    def ports(self) -> tuple[str, ...]:
        """Names of the keyboards that are connected."""
        with self._changed:
            return tuple(self._keyboards)

    def close(self) -> None:
        """Nothing to give back."""

    def _tell(self, report: MidiReport) -> None:
        self._reports.append(report)
        self._changed.notify_all()

    def _pass_time(self, timeout_s: float) -> None:
        if self._wait is not None:
            self._wait(timeout_s)
        else:
            self._changed.wait_for(lambda: self._reports or not self._has_system, timeout_s)
