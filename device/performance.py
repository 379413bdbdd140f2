"""A whole performance before it is played: MIDI and gesture as one list of events at frames."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from device.events import Event
from device.gesture import read_gesture
from device.midi_file import read_midi_file
from device.player import CONTROL_S

FramedEvent = tuple[int, Event]
"""(output frame, event)."""


def read_performance(
    midi: Path | None, gesture: Path | None, channel: int, rate_hz: int
) -> list[FramedEvent]:
    """Events of both files in order; at one frame the finger moves before notes start.

    Raises MidiFileError or GestureError.
    """
    timed: list[tuple[float, Event]] = []
    if gesture is not None:
        timed += read_gesture(gesture).moves(CONTROL_S)
    if midi is not None:
        timed += read_midi_file(midi, channel)
    return framed(timed, rate_hz)


def framed(timed: Iterable[tuple[float, Event]], rate_hz: int) -> list[FramedEvent]:
    """Events at seconds as events at output frames, in order; equal frames keep their order."""
    frames = [(round(seconds * rate_hz), event) for seconds, event in timed]
    return sorted(frames, key=lambda item: item[0])
