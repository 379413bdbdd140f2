"""A program that is MIDI keyboards in JACK: it obeys lines of JSON and answers each with "done".

["plug", NAME, IS_HARDWARE]    ["play", NAME, HEX, ...] one message each    ["unplug", NAME]
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from typing import Any

import jack

MESSAGES_A_PERIOD = 200  # a port of 1024 frames has room for 340 of three bytes


class Keyboards:
    """Ports of one client, and what each has still to send."""

    def __init__(self) -> None:
        self._client = jack.Client("keyboards", no_start_server=True)
        self._ports: dict[str, tuple[Any, deque[bytes]]] = {}
        self._lock = threading.Lock()
        self._client.set_process_callback(self._process)
        self._client.activate()

    def plug(self, name: str, is_hardware: bool) -> None:
        port = self._client.midi_outports.register(name, is_physical=is_hardware)
        with self._lock:
            self._ports[name] = port, deque()

    def unplug(self, name: str) -> None:
        with self._lock:
            port, _ = self._ports.pop(name)
        port.unregister()

    def play(self, name: str, *messages: str) -> None:
        with self._lock:
            self._ports[name][1].extend(bytes.fromhex(message) for message in messages)

    def _process(self, frames: int) -> None:
        with self._lock:
            for port, coming in self._ports.values():
                port.clear_buffer()
                for offset in range(min(len(coming), MESSAGES_A_PERIOD)):
                    port.write_midi_event(offset, coming.popleft())


keyboards = Keyboards()
print("ready", flush=True)
for line in sys.stdin:
    verb, *rest = json.loads(line)
    getattr(keyboards, verb)(*rest)
    print("done", flush=True)
