"""MIDI messages to events: the same translation for live input and for files."""

from __future__ import annotations

from device import mapping
from device.channels import PEDAL_DOWN_FROM, SUSTAIN
from device.events import (
    Bend,
    Control,
    Event,
    NoteOff,
    NoteOn,
    Origin,
    PortLost,
    ProgramChange,
    Sustain,
)
from hardware.interfaces import MidiPortLost, MidiReceived, MidiReport
from hardware.midi import MidiKind, MidiMessage


def message_event(message: MidiMessage, port: str, channel: int) -> Event | None:
    """What a message means here; None if it is for another channel or means nothing.

    `channel` is 1..16, or 0 for all channels.
    """
    if channel and message.channel != channel - 1:
        return None
    origin = Origin(port, message.channel)
    match message.kind:
        case MidiKind.NOTE_ON:
            return NoteOn(origin, message.data1, message.data2)
        case MidiKind.NOTE_OFF:
            return NoteOff(origin, message.data1)
        case MidiKind.BEND:
            return Bend(origin, mapping.bend_amount(message.data14))
        case MidiKind.PROGRAM:
            return ProgramChange(origin, message.data1)
        case MidiKind.CONTROL if message.data1 == SUSTAIN:
            return Sustain(origin, message.data2 >= PEDAL_DOWN_FROM)
        case MidiKind.CONTROL:
            return Control(origin, message.data1, message.data2)
    return None  # key and channel pressure


def report_event(report: MidiReport, channel: int) -> Event | None:
    """What a report of a MIDI input means here, None if nothing."""
    match report:
        case MidiReceived(port, message):
            return message_event(message, port, channel)
        case MidiPortLost(port):
            return PortLost(port)
    return None
