"""USB MIDI through the kernel's own USB, ALSA sequencer and keyboard driver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from usb_keyboard import UsbKeyboard
from waiting import wait_for

from hardware.errors import MidiPortNotFoundError
from hardware.interfaces import MidiPortLost, MidiPortOpened, MidiReceived, MidiReport
from hardware.midi import MidiKind, MidiMessage
from hardware.usb_midi import AlsaMidiInput, open_alsa_midi

MakeKeyboard = Callable[..., UsbKeyboard]
BURST, ATTEMPTS = 600, 3
NOTE_ON = MidiMessage(MidiKind.NOTE_ON, 0, 60, 100)
NOTE_OFF = MidiMessage(MidiKind.NOTE_OFF, 0, 60, 0)


class Listener:
    """Collects the reports of the ports of one keyboard; the gadget's own end is none of them."""

    def __init__(self, midi: AlsaMidiInput, name: str) -> None:
        self.midi, self._name = midi, name
        self.reports: list[MidiReport] = []

    def hear(self, count: int) -> list[MidiReport]:
        """The next reports, as soon as there are that many of them."""

        def is_enough() -> bool:
            heard = self.midi.receive(0.05)
            self.reports += [report for report in heard if report.port.startswith(self._name)]
            return len(self.reports) >= count

        wait_for(f"{count} reports of {self._name}", is_enough)
        heard, self.reports = self.reports, []
        return heard


@pytest.fixture
def midi() -> Iterator[AlsaMidiInput]:
    opened = open_alsa_midi()
    yield opened
    opened.close()


def test_a_keyboard_that_is_plugged_in_first_is_heard(make_keyboard: MakeKeyboard) -> None:
    keyboard = make_keyboard("Test Piano")
    keyboard.plug()
    wait_for("its sequencer port", lambda: _has_port("Test Piano"))
    midi = open_alsa_midi()
    listener = Listener(midi, "Test Piano")
    (opened,) = listener.hear(1)
    assert isinstance(opened, MidiPortOpened)
    keyboard.play(0x90, 60, 100)
    keyboard.play(0x80, 60, 0)
    heard = listener.hear(2)
    assert [report.message for report in heard] == [NOTE_ON, NOTE_OFF]  # type: ignore[union-attr]
    assert {report.port for report in heard} == {opened.port}
    midi.close()


def _has_port(name: str) -> bool:
    try:
        open_alsa_midi(name).close()
    except MidiPortNotFoundError:
        return False
    return True


def test_hot_plug_unplug_and_replug(make_keyboard: MakeKeyboard, midi: AlsaMidiInput) -> None:
    keyboard, listener = make_keyboard("Test Piano"), Listener(midi, "Test Piano")
    for _ in range(3):
        keyboard.plug()
        assert [type(report) for report in listener.hear(1)] == [MidiPortOpened]
        keyboard.play(0x90, 60, 100)
        (note,) = listener.hear(1)
        assert isinstance(note, MidiReceived)
        assert note.message == NOTE_ON
        keyboard.unplug()
        (lost,) = listener.hear(1)
        assert lost == MidiPortLost(note.port, lost.time_s)
        assert not any("Test Piano" in port for port in midi.ports())


def test_two_keyboards_and_their_ports_are_told_apart(
    make_keyboard: MakeKeyboard, midi: AlsaMidiInput
) -> None:
    one, two = make_keyboard("Test One"), make_keyboard("Test Two", socket=1, ports=2)
    one.plug()
    two.plug()
    listener = Listener(midi, "Test")
    opened = {report.port for report in listener.hear(3)}
    assert len(opened) == 3
    one.play(0x90, 1, 64)
    (first,) = listener.hear(1)
    two.play(0x90, 2, 64, port=0)
    (second,) = listener.hear(1)
    two.play(0x90, 3, 64, port=1)
    (third,) = listener.hear(1)
    assert [report.message.data1 for report in (first, second, third)] == [1, 2, 3]  # type: ignore[union-attr]
    assert {first.port, second.port, third.port} == opened
    one.unplug()
    (lost,) = listener.hear(1)
    assert lost == MidiPortLost(first.port, lost.time_s)
    two.play(0x90, 4, 64, port=1)
    assert [report.port for report in listener.hear(1)] == [third.port]


def test_every_kind_of_message_comes_through_unchanged(
    make_keyboard: MakeKeyboard, midi: AlsaMidiInput
) -> None:
    keyboard, listener = make_keyboard("Test Piano"), Listener(midi, "Test Piano")
    keyboard.plug()
    listener.hear(1)
    sent = [
        MidiMessage(MidiKind.NOTE_ON, 3, 60, 1), MidiMessage(MidiKind.KEY_PRESSURE, 3, 60, 70),
        MidiMessage(MidiKind.CONTROL, 15, 123, 0), MidiMessage(MidiKind.PROGRAM, 0, 127),
        MidiMessage(MidiKind.CHANNEL_PRESSURE, 9, 99), MidiMessage(MidiKind.BEND, 3, 0x7F, 0x40),
        MidiMessage(MidiKind.CONTROL, 2, 101, 0), MidiMessage(MidiKind.CONTROL, 2, 100, 0),
        MidiMessage(MidiKind.CONTROL, 2, 6, 12), MidiMessage(MidiKind.CONTROL, 2, 38, 0),
    ]  # fmt: skip
    for message in sent:
        data = (message.data1, message.data2)[: message.kind.data_bytes]
        keyboard.play(message.kind | message.channel, *data)
    heard = listener.hear(len(sent))
    assert [report.message for report in heard] == sent  # type: ignore[union-attr]


def test_running_status_and_sysex_do_not_disturb(
    make_keyboard: MakeKeyboard, midi: AlsaMidiInput
) -> None:
    keyboard, listener = make_keyboard("Test Piano"), Listener(midi, "Test Piano")
    keyboard.plug()
    listener.hear(1)
    keyboard.play(0x90, 60, 100, 64, 0xF8, 100, 67, 100)
    keyboard.play(0xF0, 0x7E, *range(100), 0xF7)
    keyboard.play(0x90, 72, 100)
    heard = listener.hear(4)
    assert [report.message.data1 for report in heard] == [60, 64, 67, 72]  # type: ignore[union-attr]


def test_a_burst_waits_for_a_listener_that_is_busy(
    make_keyboard: MakeKeyboard, midi: AlsaMidiInput
) -> None:
    """Three times what the kernel keeps by default; its own buffers may fail a stalled machine."""
    keyboard, listener = make_keyboard("Test Piano"), Listener(midi, "Test Piano")
    keyboard.plug()
    listener.hear(1)
    sent = [number % 128 for number in range(BURST)]
    for _ in range(ATTEMPTS):
        for note in sent:
            keyboard.play(0x90, note, 100)
        keyboard.play(0xC0, 1)
        heard: list[MidiReport] = []
        while not heard or heard[-1].message.kind is not MidiKind.PROGRAM:  # type: ignore[union-attr]
            heard += listener.hear(1)
        if [report.message.data1 for report in heard[:-1]] == sent:  # type: ignore[union-attr]
            return
    raise AssertionError(f"of {BURST} notes, {len(heard) - 1} were heard")


def test_a_listener_that_was_away_too_long_is_told_that_notes_were_lost(
    make_keyboard: MakeKeyboard, midi: AlsaMidiInput
) -> None:
    keyboard, listener = make_keyboard("Test Piano"), Listener(midi, "Test Piano")
    keyboard.plug()
    listener.hear(1)
    for number in range(3000):  # more than a sequencer client's queue, and nobody listens
        keyboard.play(0x90, number % 128, 1)
    heard: list[MidiReport] = []

    def is_told_of_loss() -> bool:
        heard.extend(midi.receive(0.05))
        return any(isinstance(report, MidiPortLost) for report in heard)

    def hears_again() -> bool:
        heard.extend(midi.receive(0.05))
        return isinstance(heard[-1], MidiReceived) and heard[-1].message == NOTE_ON

    wait_for("word of the loss", is_told_of_loss)
    keyboard.play(0x90, 60, 100)
    wait_for("the note after it", hears_again)


def test_waiting_does_not_spin(midi: AlsaMidiInput) -> None:
    midi.receive(0)
    used_s = time.process_time()
    began_s = time.monotonic()
    assert midi.receive(0.5) == []
    assert time.monotonic() - began_s >= 0.5
    assert time.process_time() - used_s < 0.25


def test_a_software_port_is_not_listened_to_unless_named(midi: AlsaMidiInput) -> None:
    assert not any(port.startswith("Midi Through") for port in midi.ports())
