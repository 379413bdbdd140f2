"""The program that is the JACK client behind JackMidiInput, in a process of its own.

JACK calls its clients in every period from a real-time thread. A callback in Python must wait for
the interpreter's lock, which a busy thread keeps for up to 5 ms: then the client misses most
periods of 128 frames and all of JACK stalls with it. In this process nothing else wants the lock;
a period costs some 70 us of a PC's core, so 2.5 % of it at 128 frames and 48 kHz. Two rules follow:
import nothing but the standard library and `jack`, and let JACK's threads only leave word.

    python -P jack_listener.py [WANTED]

It ends at the end of its standard input. Each line of its output is a list in JSON:

    ["opened", PORT]    ["bytes", PORT, TIME_S, HEX]    ["ready"]    the first ports are open
    ["lost", PORT]      ["overrun"] bytes were lost     ["failed", WHY] and it ends
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
import threading
import time
from queue import SimpleQueue
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jack import Client, MidiPort, OwnMidiPort, Status

CLIENT_NAME = "latentpad"
QUEUE_MESSAGES = 2000  # that may wait until the reader has time
FRAME_TIME_MASK = 0xFFFFFFFF  # JACK's frame counter has 32 bits and wraps


class Listener:
    """One input port per source, so that sources are told apart; idle ports are used again.

    An input port is never unregistered: the process callback may just be reading it.
    """

    def __init__(self, client: Client, wanted: str | None) -> None:
        self._client, self._wanted = client, wanted
        self._queue: SimpleQueue[tuple[str, ...] | tuple[str, str, float, bytes]] = SimpleQueue()
        self._sources: dict[str, OwnMidiPort] = {}  # by the name of the source
        self._heard: tuple[tuple[OwnMidiPort, str], ...] = ()  # the same for the process callback
        self._idle: list[OwnMidiPort] = []
        self._next_frame: int | None = None
        self._is_overrun = False

    def start(self) -> None:
        """Join JACK's graph and connect to what there is."""
        self._client.set_process_callback(self._process)
        self._client.set_port_registration_callback(self._registered, only_available=False)
        self._client.set_port_connect_callback(self._connected, only_available=False)
        self._client.set_shutdown_callback(self._shut_down)
        self._client.activate()
        self._connect_new()

    def run(self) -> str:
        """Tell what happens until stop(), "", or until the server goes, the reason."""
        while True:
            kind, *rest = self._queue.get()
            if kind == "bytes":
                self._pass_on(*rest)
            elif kind == "ports":
                self._connect_new()
            elif kind == "cut":
                self._forget(str(rest[0]))
            elif kind == "overrun":
                say(kind)
            else:
                return str(rest[0])
            if self._is_overrun and self._queue.empty():  # told after what came before it
                self._is_overrun = False
                say("overrun")

    def stop(self) -> None:
        """Let run() return; any thread may call it."""
        self._queue.put(("end", ""))

    # --- called by JACK: each only leaves word ---

    def _process(self, frames: int) -> None:
        """Real time: a period that is not the next one means that some were missed."""
        start_frame = self._client.last_frame_time
        if self._next_frame not in (None, start_frame):
            self._queue.put(("overrun",))
        self._next_frame = (start_frame + frames) & FRAME_TIME_MASK
        for port, source in self._heard:
            for _, data in port.incoming_midi_events():
                if self._queue.qsize() < QUEUE_MESSAGES:
                    self._queue.put(("bytes", source, time.monotonic(), bytes(data)))
                else:
                    self._is_overrun = True

    def _registered(self, port: MidiPort | None, is_new: bool) -> None:
        if is_new:
            self._queue.put(("ports",))

    def _connected(
        self, source: MidiPort | None, port: MidiPort | None, is_connected: bool
    ) -> None:
        if port is not None and not is_connected:
            self._queue.put(("cut", port.name))

    def _shut_down(self, status: Status, reason: str) -> None:
        self._queue.put(("end", f"the server has gone ({reason or status})"))

    # --- in the main thread ---

    def _pass_on(self, source: str, time_s: float, data: bytes) -> None:
        if source in self._sources:  # else it was heard in the period in which it went
            say("bytes", source, time_s, data.hex())

    def _connect_new(self) -> None:
        for port in self._client.get_ports(
            is_midi=True, is_output=True, is_physical=self._wanted is None
        ):
            name = port.name
            if name not in self._sources and self._is_wanted(port):
                self._connect(name)

    def _is_wanted(self, port: MidiPort) -> bool:
        """Hardware has names like "system:midi_capture_1", and what it is called as an alias."""
        if self._wanted is None:
            return True
        return any(self._wanted.lower() in name.lower() for name in (port.name, *port.aliases))

    def _connect(self, name: str) -> None:
        port = self._idle.pop() if self._idle else self._new_port()
        try:
            self._client.connect(name, port)
        except jack().JackError:  # it went away between the listing and now
            self._idle.append(port)
            return
        self._sources[name] = port
        say("opened", name)  # first: from now on the process callback hears it
        self._publish()

    def _new_port(self) -> OwnMidiPort:
        return self._client.midi_inports.register(f"in_{len(self._client.midi_inports) + 1}")

    def _forget(self, port_name: str) -> None:
        """The source of this port of ours has gone, or somebody has disconnected it."""
        for name, port in self._sources.items():
            if port.name == port_name:
                self._idle.append(self._sources.pop(name))
                self._publish()
                say("lost", name)
                return

    def _publish(self) -> None:
        self._heard = tuple((port, name) for name, port in self._sources.items())


def jack() -> ModuleType:
    """The package JACK-Client; importing it loads libjack."""
    return importlib.import_module("jack")


def say(*words: str | float) -> None:
    """One line of output; waits while the reader is busy."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def open_client() -> tuple[Client | None, str]:
    """A client, or None and why there is none."""
    try:
        package = jack()
    except (ImportError, OSError) as error:
        return (
            None,
            f"{error}; try `pip install JACK-Client` and `sudo apt install libjack-jackd2-0`",
        )
    try:
        return package.Client(CLIENT_NAME, no_start_server=True), ""
    except package.JackOpenError as error:
        return None, "no JACK server runs" if error.status.server_failed else str(error)


def stop_at_end_of_input(listener: Listener) -> None:
    """Whoever started this program has closed it, or has ended in whatever way."""
    while os.read(0, 1024):
        pass
    listener.stop()


def main(arguments: list[str]) -> None:
    """Listen until told to stop; never returns normally once the server has gone."""
    client, why = open_client()
    if client is None:
        say("failed", why)
        return
    gc.disable()  # a collection would hold up the process callback, and nothing here has cycles
    listener = Listener(client, arguments[0] if arguments else None)
    try:
        listener.start()
        threading.Thread(target=stop_at_end_of_input, args=(listener,), daemon=True).start()
        say("ready")
        why = listener.run()
    except BrokenPipeError:
        os._exit(1)  # nobody reads any more
    except jack().JackError as error:
        why = str(error)
    if why:
        with contextlib.suppress(BrokenPipeError):
            say("failed", why)
        os._exit(1)  # closing a client of a server that has gone can wait for ever
    client.close()


if __name__ == "__main__":
    main(sys.argv[1:])
