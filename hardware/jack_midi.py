"""MIDI ports of a JACK server (PipeWire's too), for machines without the ALSA sequencer.

The JACK client itself is another process, see hardware.jack_listener, which tells why.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hardware.errors import MidiPortNotFoundError, MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiParser

LISTENER = Path(__file__).with_name("jack_listener.py")
START_S = 15.0  # that the listener may take to load; a Raspberry Pi 3 with a cold card needs a few
END_S = 2.0  # that it may take to leave JACK
CHUNK_BYTES = 65536  # what a pipe holds


class JackMidiInput:
    """Hears the ports that a listener connects to; ports come and go by its word."""

    def __init__(self, listener: subprocess.Popen[bytes]) -> None:
        """Take a running listener with pipes at both ends; close() ends it."""
        self.fault = ""  # what fails raises
        assert listener.stdout is not None
        self._listener, self._output = listener, listener.stdout.fileno()
        self._parsers: dict[str, MidiParser] = {}
        self._unfinished = b""  # line
        self._startup: list[MidiReport] = []
        self._is_ready = self._closed = False

    def wait_until_ready(self) -> None:
        """Until the first ports are known; raises MidiUnavailableError, saying why not."""
        end_s = time.monotonic() + START_S
        while not self._is_ready:
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                raise MidiUnavailableError(
                    f"no MIDI input through JACK: {LISTENER.name} has said nothing for {START_S} s"
                )
            self._startup += self._read(left_s)

    def ports(self) -> tuple[str, ...]:
        """Names of the ports being listened to, as JACK has them: "client:port"."""
        return tuple(self._parsers)

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        """Messages, opened and lost ports; waits at most timeout_s for the first of them."""
        reports, self._startup = self._startup, []
        reports += self._read(0)
        return reports or self._read(timeout_s)

    def close(self) -> None:
        """Leave JACK; calling it again does nothing."""
        if self._closed:
            return
        self._closed = True
        with self._listener:
            for pipe in (self._listener.stdout, self._listener.stdin):
                assert pipe is not None
                pipe.close()  # the output first: it may be waiting for us to read
            try:
                self._listener.wait(END_S)
            except subprocess.TimeoutExpired:
                self._listener.kill()

    def _read(self, timeout_s: float) -> list[MidiReport]:
        if not select.select([self._output], [], [], timeout_s)[0]:
            return []
        chunk = os.read(self._output, CHUNK_BYTES)
        if not chunk:
            raise MidiUnavailableError(f"no MIDI input through JACK: {LISTENER.name} has ended")
        *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
        return [report for line in lines for report in self._translate(json.loads(line))]

    def _translate(self, said: list[object]) -> list[MidiReport]:
        match said:
            case ["bytes", str(port), float(time_s), str(data)]:
                messages = self._parsers[port].feed(bytes.fromhex(data))
                return [MidiReceived(port, message, time_s) for message in messages]
            case ["opened", str(port)]:
                self._parsers[port] = MidiParser()
                return [MidiPortOpened(port, time.monotonic())]
            case ["lost", str(port)]:
                del self._parsers[port]
                return [MidiPortLost(port, time.monotonic())]
            case ["overrun"]:
                return self._overrun()
            case ["ready"]:
                self._is_ready = True
                return []
        raise MidiUnavailableError(f"no MIDI input through JACK: {said[-1]}")

    def _overrun(self) -> list[MidiReport]:
        """Bytes were lost, maybe note-offs: every port begins afresh."""
        now_s = time.monotonic()
        self._parsers = {port: MidiParser() for port in self._parsers}
        lost: list[MidiReport] = [MidiPortLost(port, now_s) for port in self._parsers]
        return lost + [MidiPortOpened(port, now_s) for port in self._parsers]


def open_jack_midi(wanted: str | None = None) -> JackMidiInput:
    """Every hardware port, or the ports (software too) whose name or alias contains `wanted`.

    Never starts a server; JACK_DEFAULT_SERVER names another than the default one. Raises
    MidiUnavailableError without a server, libjack or JACK-Client; MidiPortNotFoundError when no
    port is `wanted`.
    """
    if importlib.util.find_spec("jack") is None:  # told without starting a process in vain
        raise MidiUnavailableError(
            "no MIDI input through JACK: the Python package JACK-Client is missing; "
            "try `pip install JACK-Client`"
        )
    midi = JackMidiInput(_start_listener(wanted))
    try:
        midi.wait_until_ready()
        if wanted is not None and not midi.ports():
            raise MidiPortNotFoundError(
                f"no JACK MIDI port is called {wanted!r}; `jack_lsp -t -A` lists what there is"
            )
    except BaseException:
        midi.close()
        raise
    return midi


def _start_listener(wanted: str | None) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C is left to us; libjack's chatter goes nowhere."""
    command = [sys.executable, "-P", str(LISTENER), *([] if wanted is None else [wanted])]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(
            command, bufsize=0, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True
        )
    except OSError as error:
        raise MidiUnavailableError(f"no MIDI input through JACK: {command[0]}: {error}") from error
