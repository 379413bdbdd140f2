"""Reads a Standard MIDI File as events at times, following its tempo changes."""

from __future__ import annotations

from pathlib import Path

import mido

from device.errors import MidiFileError
from device.events import Event
from device.midi_events import message_event
from hardware.midi import MidiParser

LONGEST_S = 4 * 3600.0
FILE_PORT = "file"


def read_midi_file(path: Path, channel: int = 0) -> list[tuple[float, Event]]:
    """(seconds, event) in order of time; `channel` 1..16 keeps one channel, 0 keeps all.

    Raises MidiFileError naming the file and what is wrong with it.
    """
    timed: list[tuple[float, Event]] = []
    for seconds, data in _messages(path):
        for message in MidiParser().feed(data):
            event = message_event(message, FILE_PORT, channel)
            if event is not None:
                timed.append((seconds, event))
    if not timed:
        where = f"on channel {channel}" if channel else "at all"
        raise MidiFileError(f"{path}: no notes or controllers {where}")
    return timed


def _messages(path: Path) -> list[tuple[float, list[int]]]:
    """(seconds, bytes) of every channel message; mido's many ways to fail become one."""
    try:
        song = mido.MidiFile(path)
        if song.type == 2:
            raise ValueError("type 2 (independent sequences); only types 0 and 1 can be played")
        if song.ticks_per_beat <= 0:
            raise ValueError("its times are SMPTE frames; only beats can be played")
        return _timed_bytes(song)
    except MidiFileError:
        raise
    except FileNotFoundError as error:
        raise MidiFileError(f"{path}: no such file") from error
    except EOFError as error:
        raise MidiFileError(f"{path}: the MIDI file ends too early") from error
    # A broken file makes mido raise OSError, ValueError, IndexError, KeyError and its own kinds.
    except Exception as error:
        raise MidiFileError(f"{path}: not a MIDI file that can be played: {error}") from error


def _timed_bytes(song: mido.MidiFile) -> list[tuple[float, list[int]]]:
    seconds, found = 0.0, []
    for message in song:
        seconds += message.time
        if seconds > LONGEST_S:
            raise ValueError(f"it lasts longer than {LONGEST_S / 3600:g} hours")
        if not message.is_meta and message.type != "sysex":
            found.append((seconds, message.bytes()))
    return found
