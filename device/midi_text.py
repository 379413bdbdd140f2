"""MIDI messages as the monitor writes them: "1 on C4 100"."""

from __future__ import annotations

from hardware.midi import MidiKind, MidiMessage

_WORDS = {
    MidiKind.NOTE_OFF: "off",
    MidiKind.NOTE_ON: "on",
    MidiKind.KEY_PRESSURE: "key",
    MidiKind.CONTROL: "cc",
    MidiKind.PROGRAM: "prog",
    MidiKind.CHANNEL_PRESSURE: "press",
    MidiKind.BEND: "bend",
}
_WITH_NOTE = (MidiKind.NOTE_OFF, MidiKind.NOTE_ON, MidiKind.KEY_PRESSURE)
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def note_name(note: int) -> str:
    """Scientific pitch notation of a MIDI note number: 60 is C4."""
    return f"{_NAMES[note % 12]}{note // 12 - 1}"


def written(message: MidiMessage) -> str:
    """Channel 1..16, kind and values in at most 15 characters."""
    head = f"{message.channel + 1} {_WORDS[message.kind]}"
    if message.kind in _WITH_NOTE:
        return f"{head} {note_name(message.data1)} {message.data2}"
    if message.kind is MidiKind.BEND:
        return f"{head} {message.data14 - 8192:+d}"
    if message.kind.data_bytes == 1:
        return f"{head} {message.data1}"
    return f"{head} {message.data1} {message.data2}"
