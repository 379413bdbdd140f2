"""MIDI from the DIN socket: a serial port's bytes as reports, whatever happens to the cable."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from hardware.errors import SerialUnavailableError
from hardware.interfaces import (
    Clock,
    MidiPortLost,
    MidiPortOpened,
    MidiReceived,
    MidiReport,
    SerialPort,
)
from hardware.midi import MidiParser

PORT = "DIN MIDI"
RETRY_S = 1.0  # between attempts to open a port that is not there
ACTIVE_SENSING = 0xFE
SLACK_S = 0.001  # waking up exactly on time might be just too early
SENSING_TIMEOUT_S = 0.33  # MIDI 1.0: at most 0.3 s between messages, with 10 % tolerance


class DinMidi:
    """MidiInput of one serial port: it never raises, it opens again by itself.

    A sender that uses active sensing (most keyboards with a battery do not) and falls silent has
    been unplugged: its port is reported as lost, so that its notes end, and as opened when it is
    heard again. Without active sensing DIN MIDI cannot tell a pulled plug from a pause.
    """

    def __init__(
        self, port: SerialPort, clock: Clock, wait: Callable[[float], object] = time.sleep
    ) -> None:
        """`wait` passes seconds with nothing to listen to; close() closes `port`."""
        self._port, self._clock, self._wait = port, clock, wait
        self._parser = MidiParser()
        self._is_open = False
        self._is_sensing = False  # the sender promises to be heard every 0.3 s
        self._is_silent = False  # it broke that promise
        self._heard_s = 0.0
        self._retry_s: float | None = None
        self.bytes_received = 0  # ever; the self-test's rate is the difference over time
        self.fault = ""  # why the port is not open, "" while it is or before the first attempt

    def ports(self) -> tuple[str, ...]:
        """The one name, while the port is open and its sender is heard."""
        return (PORT,) if self._is_open and not self._is_silent else ()

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        """Messages, and what became of the port; waits at most timeout_s for the first of them."""
        if self._retry_s is not None:
            pause_s = self._retry_s - self._clock.now_s()
            if pause_s > 0:
                self._wait(min(timeout_s, pause_s))
                return []
        try:
            data = self._port.read(self._patience_s(timeout_s))
        except SerialUnavailableError as error:
            return self._lose(str(error))
        now_s = self._clock.now_s()
        return [*self._report_opened(now_s), *self._hear(data, now_s)]

    def close(self) -> None:
        """Give the port back; the next receive() opens it again."""
        self._port.close()
        self._forget()
        self._retry_s = None

    def _patience_s(self, timeout_s: float) -> float:
        if not self._is_open:
            return 0.0  # so that the opening is told at once
        if self._is_sensing:
            left_s = self._heard_s + SENSING_TIMEOUT_S - self._clock.now_s()
            return min(timeout_s, max(0.0, left_s) + SLACK_S)
        return timeout_s

    def _report_opened(self, now_s: float) -> list[MidiReport]:
        if self._is_open:
            return []
        self._is_open, self._retry_s, self.fault = True, None, ""
        return [MidiPortOpened(PORT, now_s)]

    def _hear(self, data: bytes, now_s: float) -> list[MidiReport]:
        if not data:
            return self._check_silence(now_s)
        self._heard_s = now_s
        self.bytes_received += len(data)
        self._is_sensing = self._is_sensing or ACTIVE_SENSING in data
        reports: list[MidiReport] = [MidiPortOpened(PORT, now_s)] if self._is_silent else []
        self._is_silent = False
        return reports + [MidiReceived(PORT, m, now_s) for m in self._parser.feed(data)]

    def _check_silence(self, now_s: float) -> list[MidiReport]:
        if not self._is_sensing or now_s - self._heard_s < SENSING_TIMEOUT_S:
            return []
        self._parser = MidiParser()
        self._is_sensing, self._is_silent = False, True
        return [MidiPortLost(PORT, now_s)]

    def _lose(self, cause: str) -> list[MidiReport]:
        now_s = self._clock.now_s()
        was_heard = bool(self.ports())
        self._forget()
        self.fault, self._retry_s = cause, now_s + RETRY_S
        return [MidiPortLost(PORT, now_s)] if was_heard else []

    def _forget(self) -> None:
        self._parser = MidiParser()
        self._is_open = self._is_sensing = self._is_silent = False
