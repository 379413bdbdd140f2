"""MIDI bytes to channel messages: a state machine that no byte sequence can stop or confuse.

State is the running status (None while data bytes belong to nothing) and the data bytes so far:

    real-time  F8..FF   ignored wherever it comes, even inside another message
    sysex      F0       clears the running status: its data bytes are skipped up to any status byte
    common     F1..F7   the same; their data bytes are of no use to an instrument
    channel    80..EF   becomes the running status; an unfinished message before it is dropped
    data       00..7F   collected; a full set is a message and leaves the running status in place
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class MidiKind(IntEnum):
    """The seven channel messages, by the upper half of their status byte."""

    NOTE_OFF = 0x80
    NOTE_ON = 0x90
    KEY_PRESSURE = 0xA0
    CONTROL = 0xB0
    PROGRAM = 0xC0
    CHANNEL_PRESSURE = 0xD0
    BEND = 0xE0

    @property
    def data_bytes(self) -> int:
        """How many data bytes follow the status byte."""
        return 1 if self in (MidiKind.PROGRAM, MidiKind.CHANNEL_PRESSURE) else 2


@dataclass(frozen=True)
class MidiMessage:
    """One channel message; a note-on of velocity 0 is already a NOTE_OFF."""

    kind: MidiKind
    channel: int  # 0..15
    data1: int  # 0..127
    data2: int = 0  # 0..127

    @property
    def data14(self) -> int:
        """Both data bytes as one number 0..16383, low seven bits first (pitch bend)."""
        return self.data1 | self.data2 << 7


class MidiParser:
    """Parses one cable's bytes; keep one per port, since running status is per cable."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._data: list[int] = []

    def feed(self, data: Iterable[int]) -> list[MidiMessage]:
        """Messages completed by these bytes (each 0..255), in order."""
        completed = (self._byte(value) for value in data)
        return [message for message in completed if message is not None]

    def _byte(self, value: int) -> MidiMessage | None:
        if value >= 0xF8:
            return None
        if value >= 0x80:
            self._status = value if value < 0xF0 else None
            self._data = []
            return None
        if self._status is None:
            return None
        self._data.append(value)
        return self._complete(self._status)

    def _complete(self, status: int) -> MidiMessage | None:
        kind = MidiKind(status & 0xF0)
        if len(self._data) < kind.data_bytes:
            return None
        data, self._data = self._data, []
        if kind is MidiKind.NOTE_ON and data[1] == 0:
            kind = MidiKind.NOTE_OFF
        return MidiMessage(kind, status & 0x0F, *data)
