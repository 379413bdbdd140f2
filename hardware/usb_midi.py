"""Every MIDI port of this machine through the ALSA sequencer, with hot-plug.

One client with one input port, subscribed to System:Announce and to each hardware port. ALSA
announces ports that come and go; polling port lists, as RtMidi users must, is not needed.
"""

from __future__ import annotations

import errno
import importlib
import select
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from hardware.errors import MidiPortNotFoundError, MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiParser

if TYPE_CHECKING:
    from alsa_midi import Address, Event, PortInfo, SequencerClient

SEQUENCER_NODE = Path("/dev/snd/seq")
CLIENT_NAME = "latentpad"
POOL_EVENTS = 2000  # that may wait for us: the most that the kernel allows, usual are 200


class _Port:
    """A subscribed source: its name and the parser of its cable."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parser = MidiParser()


class AlsaMidiInput:
    """Listens to all hardware MIDI ports, or only to those whose name contains `wanted`."""

    def __init__(
        self, alsa: ModuleType, client: SequencerClient, wanted: str | None = None
    ) -> None:
        """Take the alsa_midi module and an open client of it; close() closes the client."""
        self.fault = ""  # what fails raises
        self._alsa, self._client, self._wanted = alsa, client, wanted
        self._port = client.create_port(
            "input", caps=alsa.WRITE_PORT, type=alsa.PortType.MIDI_GENERIC
        )
        self._sources: dict[Address, _Port] = {}
        self._closed = False
        self._port.connect_from(alsa.SYSTEM_ANNOUNCE)
        self._startup = self._subscribe_new()

    def ports(self) -> tuple[str, ...]:
        """Names of the ports being listened to, as "client: port"."""
        return tuple(source.name for source in self._sources.values())

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        """Messages, opened and lost ports; waits at most timeout_s for the first of them."""
        reports, self._startup = self._startup, []
        reports += self._drain()
        if not reports:
            self._wait(timeout_s)
            reports = self._drain()
        return reports

    def close(self) -> None:
        """Leave the sequencer; calling it again does nothing."""
        if not self._closed:
            self._closed = True
            self._client.close()

    def _wait(self, timeout_s: float) -> None:
        # event_input(timeout=...) of alsa-midi 1.0.4 hands seconds to poll(), which takes
        # milliseconds, and so spins; waiting on its descriptor ourselves does not.
        select.select([self._client._fd], [], [], timeout_s)

    def _drain(self) -> list[MidiReport]:
        reports: list[MidiReport] = []
        try:
            # The smallest positive timeout means "do not wait"; None and 0 wait for ever.
            while (event := self._client.event_input(prefer_bytes=True, timeout=1e-9)) is not None:
                reports += self._translate(event)
        except self._alsa.ALSAError as error:
            if error.errnum != -errno.ENOSPC:
                raise MidiUnavailableError(f"ALSA sequencer input failed: {error}") from error
            reports += self._overrun()
        return reports

    def _overrun(self) -> list[MidiReport]:
        """Events were lost, maybe note-offs, maybe ports that came or went: begin afresh."""
        now_s = time.monotonic()
        reports: list[MidiReport] = [MidiPortLost(name, now_s) for name in self.ports()]
        present = {self._alsa.Address(port.client_id, port.port_id) for port in self._listed()}
        names = {at: old.name for at, old in self._sources.items() if at in present}
        self._sources = {address: _Port(name) for address, name in names.items()}
        reports += [MidiPortOpened(name, now_s) for name in names.values()]
        return reports + self._subscribe_new()

    def _translate(self, event: Event) -> list[MidiReport]:
        kinds = self._alsa.EventType
        if event.type in (kinds.PORT_START, kinds.CLIENT_START, kinds.PORT_CHANGE):
            return self._subscribe_new()
        if event.type in (kinds.PORT_EXIT, kinds.CLIENT_EXIT):
            return self._forget(event)
        source = self._sources.get(event.source)
        if source is None or not isinstance(event, self._alsa.MidiBytesEvent):
            return []
        now_s = time.monotonic()
        return [MidiReceived(source.name, m, now_s) for m in source.parser.feed(event.midi_bytes)]

    def _forget(self, event: Event) -> list[MidiReport]:
        whole_client = event.type == self._alsa.EventType.CLIENT_EXIT
        gone = [
            address
            for address in self._sources
            if address == event.addr or (whole_client and address[0] == event.addr[0])
        ]
        now_s = time.monotonic()
        return [MidiPortLost(self._sources.pop(address).name, now_s) for address in gone]

    def _subscribe_new(self) -> list[MidiReport]:
        reports: list[MidiReport] = []
        for info in self._listed():
            address = self._alsa.Address(info.client_id, info.port_id)
            name = f"{info.client_name}: {info.name}"
            if address in self._sources or not self._is_wanted(info, name):
                continue
            try:
                self._port.connect_from(address)
            except self._alsa.ALSAError:
                continue  # it went away between the listing and now; its exit is announced
            self._sources[address] = _Port(name)
            reports.append(MidiPortOpened(name, time.monotonic()))
        return reports

    def _listed(self) -> list[PortInfo]:
        ports: list[PortInfo] = self._client.list_ports(input=True, include_midi_through=False)
        return ports

    def _is_wanted(self, info: PortInfo, name: str) -> bool:
        if info.client_id == self._client.client_id:
            return False
        if self._wanted is not None:
            return self._wanted.lower() in name.lower()
        return bool(info.type & self._alsa.PortType.HARDWARE)


def open_alsa_midi(wanted: str | None = None) -> AlsaMidiInput:
    """Every hardware port, or the ports (software too) whose "client: port" contains `wanted`.

    Raises MidiUnavailableError without a sequencer; MidiPortNotFoundError when none is `wanted`.
    """
    alsa = _load_alsa_midi()
    if not SEQUENCER_NODE.exists():
        raise MidiUnavailableError(
            f"no MIDI input: {SEQUENCER_NODE} is missing (the kernel has no ALSA sequencer; "
            "try `sudo modprobe snd-seq`)"
        )
    try:
        client = alsa.SequencerClient(CLIENT_NAME)
        client.set_client_pool_input(POOL_EVENTS)
    except alsa.ALSAError as error:
        raise MidiUnavailableError(
            f"no MIDI input: {SEQUENCER_NODE}: {error} (is this user in the group `audio`?)"
        ) from error
    midi = AlsaMidiInput(alsa, client, wanted)
    if wanted is not None and not midi.ports():
        midi.close()
        raise MidiPortNotFoundError(
            f"no MIDI port is called {wanted!r}; `aconnect -i` lists what there is"
        )
    return midi


def _load_alsa_midi() -> ModuleType:
    try:
        return importlib.import_module("alsa_midi")
    except (ImportError, OSError) as error:
        raise MidiUnavailableError(
            f"no MIDI input: the Python package alsa-midi cannot be loaded ({error}); "
            "try `pip install alsa-midi` and `sudo apt install libasound2`"
        ) from error
