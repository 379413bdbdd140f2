"""Fixtures of the player's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mido
import pytest

NoteTuple = tuple[float, float, int, int]  # start_s, length_s, note, velocity


@pytest.fixture
def write_song(tmp_path: Path) -> Callable[[list[NoteTuple]], Path]:
    """Writes notes (start_s, length_s, note, velocity) as a MIDI file of 1 ms ticks."""

    def write(notes: list[NoteTuple]) -> Path:
        timed = []
        for start_s, length_s, note, velocity in notes:
            timed.append((start_s, mido.Message("note_on", note=note, velocity=velocity)))
            timed.append((start_s + length_s, mido.Message("note_off", note=note)))
        track, now = mido.MidiTrack(), 0
        for seconds, message in sorted(timed, key=lambda item: item[0]):
            track.append(message.copy(time=round(seconds * 1000) - now))
            now = round(seconds * 1000)
        path = tmp_path / "song.mid"
        mido.MidiFile(type=0, ticks_per_beat=500, tracks=[track]).save(path)
        return path

    return write
