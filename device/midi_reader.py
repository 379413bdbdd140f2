"""Reads one system of MIDI inputs, opens it again when it fails, and posts what it hears."""

from __future__ import annotations

from collections.abc import Callable

from device.events import Event, MidiSeen, PortFound, PortLost
from device.midi_events import message_event
from device.midi_text import written
from device.part_watch import PartWatch
from hardware.errors import HardwareError, MidiUnavailableError
from hardware.interfaces import MidiInput, MidiPortLost, MidiPortOpened, MidiReceived, MidiReport

MIDI_WAIT_S = 0.1  # for a message; also how long stopping may take


class MidiReader:
    """A worker.Worker over one MidiInput."""

    def __init__(
        self,
        name: str,
        open_input: Callable[[], MidiInput],
        post: Callable[[Event, float], None],
        channel: Callable[[], int],
        now_s: Callable[[], float],
        wait_s: float = MIDI_WAIT_S,
    ) -> None:
        """`post` takes an event and its time; `channel` tells which is heard, 0 for all."""
        self.name = name
        self._open, self._post, self._channel = open_input, post, channel
        self._now_s, self._wait_s = now_s, wait_s
        self._watch = PartWatch(name, lambda event: post(event, now_s()))
        self._input: MidiInput | None = None
        self._ports: list[str] = []

    def step(self, now_s: float) -> float:
        """Wait for messages for a while, and post them."""
        try:
            if self._input is None:
                self._input = self._open()
            reports = self._input.receive(self._wait_s)
        except HardwareError as error:
            self._lose(error, now_s)
            return self._watch.next_try_s(now_s, self._wait_s)
        for report in reports:
            self._take(report)
        if self._input.fault:
            self._watch.failed(MidiUnavailableError(self._input.fault), now_s)
        else:
            self._watch.worked()
        return now_s

    def close(self) -> None:
        """Stop listening."""
        opened, self._input = self._input, None
        if opened is not None:
            opened.close()

    def _take(self, report: MidiReport) -> None:
        match report:
            case MidiPortOpened(port, time_s):
                self._know(port, time_s)
            case MidiPortLost(port, time_s):
                self._ports = [name for name in self._ports if name != port]
                self._post(PortLost(port), time_s)
            case MidiReceived(port, message, time_s):
                self._know(port, time_s)
                event = message_event(message, port, self._channel())
                if event is not None:
                    self._post(event, time_s)
                self._post(MidiSeen(port, written(message), event is not None), time_s)

    def _know(self, port: str, time_s: float) -> None:
        """A port that was told of as lost and is heard again may hold notes again."""
        if port not in self._ports:
            self._ports.append(port)
            self._post(PortFound(port), time_s)

    def _lose(self, error: HardwareError, now_s: float) -> None:
        self.close()
        for port in self._ports:
            self._post(PortLost(port), now_s)
        self._ports.clear()
        self._watch.failed(error, now_s)
