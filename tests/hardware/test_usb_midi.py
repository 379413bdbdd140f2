"""The ALSA adapter against a sequencer made of plain objects that uses alsa-midi's own records."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware import usb_midi
from hardware.errors import MidiPortNotFoundError, MidiUnavailableError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived
from hardware.midi import MidiKind
from hardware.usb_midi import AlsaMidiInput, open_alsa_midi

alsa_midi = pytest.importorskip("alsa_midi", exc_type=ImportError)


class FakePort:
    """The client's own port: remembers what was connected to it."""

    def __init__(self) -> None:
        self.connected: list[tuple[int, int]] = []
        self.refuse: set[tuple[int, int]] = set()

    def connect_from(self, address: tuple[int, int]) -> None:
        if tuple(address) in self.refuse:
            raise alsa_midi.ALSAError("gone", -errno.ENOENT)
        self.connected.append(tuple(address))


class FakeClient:
    """A sequencer client with keyboards that can be plugged and unplugged."""

    client_id = 128

    def __init__(self) -> None:
        self._fd, self._wake = os.pipe()
        self.port = FakePort()
        self.devices: dict[tuple[int, int], tuple[str, bool]] = {}
        self.events: deque[object] = deque()
        self.closed = 0

    def create_port(self, name: str, **_: object) -> FakePort:
        return self.port

    def list_ports(self, **_: object) -> list[object]:
        infos = []
        for (client, port), (name, is_hardware) in self.devices.items():
            kind = alsa_midi.PortType.MIDI_GENERIC
            kind |= alsa_midi.PortType.HARDWARE if is_hardware else alsa_midi.PortType.SOFTWARE
            info = alsa_midi.PortInfo(client_id=client, port_id=port, name=f"{name} 1", type=kind)
            info.client_name = name
            infos.append(info)
        return infos

    def event_input(self, prefer_bytes: bool, timeout: float) -> object | None:
        assert prefer_bytes
        event = self.events.popleft() if self.events else None
        if isinstance(event, Exception):
            raise event
        return event

    def set_client_pool_input(self, events: int) -> None:
        """Real ones then lose nothing in a burst; this one never does."""

    def plug(self, client: int, name: str, is_hardware: bool = True) -> None:
        self.devices[client, 0] = (name, is_hardware)
        self.push(alsa_midi.PortStartEvent((client, 0)))

    def unplug(self, client: int) -> None:
        del self.devices[client, 0]
        self.push(alsa_midi.PortExitEvent((client, 0)))
        self.push(alsa_midi.ClientExitEvent((client, 0)))

    def play(self, client: int, *data: int) -> None:
        self.push(alsa_midi.MidiBytesEvent(bytes(data), source=(client, 0)))

    def push(self, event: object) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed += 1
        os.close(self._fd)
        os.close(self._wake)


@pytest.fixture
def client() -> Iterator[FakeClient]:
    made = FakeClient()
    made.devices[20, 0] = ("Keystation", True)
    made.devices[129, 0] = ("Sequencer app", False)
    yield made
    if not made.closed:
        made.close()


def test_listens_to_announcements_and_to_hardware_only(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    assert client.port.connected == [tuple(alsa_midi.SYSTEM_ANNOUNCE), (20, 0)]
    assert midi.ports() == ("Keystation: Keystation 1",)
    (opened,) = midi.receive(0)
    assert isinstance(opened, MidiPortOpened)


def test_a_named_software_port_is_listened_to(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client, wanted="sequencer APP")
    assert midi.ports() == ("Sequencer app: Sequencer app 1",)


def test_messages_come_with_their_port(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.receive(0)
    client.play(20, 0x93, 60, 100)
    client.play(20, 0x93, 60, 0)
    client.play(99, 0x90, 1, 1)  # not subscribed to
    reports = midi.receive(0)
    assert [r.message.kind for r in reports if isinstance(r, MidiReceived)] == [
        MidiKind.NOTE_ON, MidiKind.NOTE_OFF,
    ]  # fmt: skip
    assert {r.port for r in reports} == {"Keystation: Keystation 1"}


def test_hot_plug_and_loss_are_reported_once(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.receive(0)
    client.plug(24, "Launchkey")
    (opened,) = midi.receive(0)
    assert opened == MidiPortOpened("Launchkey: Launchkey 1", opened.time_s)
    client.unplug(24)
    (lost,) = midi.receive(0)
    assert lost == MidiPortLost("Launchkey: Launchkey 1", lost.time_s)
    assert midi.ports() == ("Keystation: Keystation 1",)


def test_waiting_ends_when_something_arrives(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.receive(0)

    def play() -> None:
        client.play(20, 0x90, 60, 1)
        os.write(client._wake, b"!")

    threading.Timer(0.05, play).start()
    started_s = time.monotonic()
    assert [type(report) for report in midi.receive(30)] == [MidiReceived]
    assert time.monotonic() - started_s < 20


def test_a_port_that_vanishes_while_connecting_is_left_out(client: FakeClient) -> None:
    client.port.refuse = {(20, 0)}
    assert AlsaMidiInput(alsa_midi, client).ports() == ()


def test_an_overrun_lets_go_of_everything_and_goes_on(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.receive(0)
    client.push(alsa_midi.ALSAError("overrun", -errno.ENOSPC))
    assert [type(r) for r in midi.receive(0)] == [MidiPortLost, MidiPortOpened]
    client.play(20, 0x90, 60, 1)
    assert [type(r) for r in midi.receive(0)] == [MidiReceived]


def test_ports_that_came_and_went_during_an_overrun_are_noticed(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.receive(0)
    del client.devices[20, 0]
    client.devices[24, 0] = ("Launchkey", True)  # and the announcements are among what was lost
    client.push(alsa_midi.ALSAError("overrun", -errno.ENOSPC))
    reports = [(type(report), report.port) for report in midi.receive(0)]
    assert reports == [
        (MidiPortLost, "Keystation: Keystation 1"), (MidiPortOpened, "Launchkey: Launchkey 1"),
    ]  # fmt: skip
    assert midi.ports() == ("Launchkey: Launchkey 1",)


def test_a_dead_sequencer_is_a_typed_error(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.receive(0)
    client.push(alsa_midi.ALSAError("no such device", -errno.ENODEV))
    with pytest.raises(MidiUnavailableError, match="no such device"):
        midi.receive(0)


def test_close_twice_closes_once(client: FakeClient) -> None:
    midi = AlsaMidiInput(alsa_midi, client)
    midi.close()
    midi.close()
    assert client.closed == 1


def test_without_a_sequencer_the_message_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(usb_midi, "SEQUENCER_NODE", tmp_path / "seq")
    with pytest.raises(MidiUnavailableError, match=r"seq is missing.*modprobe snd-seq"):
        open_alsa_midi()


def test_a_name_that_no_port_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: FakeClient
) -> None:
    monkeypatch.setattr(usb_midi, "SEQUENCER_NODE", tmp_path)
    monkeypatch.setattr(alsa_midi, "SequencerClient", lambda name: client)
    with pytest.raises(MidiPortNotFoundError, match="Moog"):
        open_alsa_midi("Moog")
    assert client.closed == 1
