"""A short performance for trying packs: held chords and a melody while a finger roams the pad."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import BinaryIO

import mido

from device.errors import OutputError
from device.pack.atomic import write_atomic
from device.pack.errors import PackWriteError

TEMPO_BPM = 66
TICKS_PER_BEAT = 480
END_S = 32.0

# (first beat, length in beats, notes): four chords, held while the finger crosses the pad
CHORDS = (
    (0, 8, (45, 57, 64, 67, 72)),  # A minor 7
    (8, 8, (41, 57, 60, 64, 69)),  # F major 7
    (16, 8, (48, 55, 64, 67, 74)),  # C add 9
    (24, 7, (43, 55, 62, 65, 71)),  # G 7
)
# (first beat, length in beats, note)
MELODY = (
    (2, 1, 76), (3, 1, 79), (4, 3, 81), (7, 1, 79), (10, 1, 76), (11, 1, 77), (12, 4, 76),
    (18, 1, 79), (19, 1, 81), (20, 3, 84), (23, 1, 83), (26, 1, 79), (27, 1, 77), (28, 3, 74),
)  # fmt: skip
CHORD_VELOCITY, MELODY_VELOCITY = 72, 96

# seconds, x, y: along the edges, to the struck sounds' corner just as a chord begins, to the middle
PATH = (
    (0.0, 0.0, 0.0), (1.5, 0.0, 0.0), (6.5, 1.0, 0.0), (9.0, 1.0, 0.0), (14.4, 1.0, 0.5),
    (14.6, 1.0, 1.0), (15.5, 1.0, 1.0), (19.0, 0.0, 1.0), (22.5, 0.0, 0.0), (25.0, 0.5, 0.4),
    (28.0, 0.2, 0.8), (END_S, 0.2, 0.8),
)  # fmt: skip


def write_demo(folder: Path) -> tuple[Path, Path]:
    """Write song.mid and gesture.csv; returns their paths."""
    midi, gesture = folder / "song.mid", folder / "gesture.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(midi, lambda file: _write_all(file, _midi_bytes()))
        write_atomic(gesture, lambda file: _write_all(file, _gesture_bytes()))
    except (OSError, PackWriteError) as error:
        raise OutputError(f"{folder}: the demo song cannot be written: {error}") from error
    return midi, gesture


def _write_all(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _midi_bytes() -> bytes:
    """A standard MIDI file, type 0."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(TEMPO_BPM))])
    now = 0
    for tick, _, message in sorted(_messages(), key=lambda item: item[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    song = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track]).save(file=song)
    return song.getvalue()


def _messages() -> list[tuple[int, int, mido.Message]]:
    """(tick, order, message) of every note: ends come before beginnings of the same tick."""
    notes = [
        (start, beats, note, CHORD_VELOCITY) for start, beats, chord in CHORDS for note in chord
    ]
    notes += [(start, beats, note, MELODY_VELOCITY) for start, beats, note in MELODY]
    found = []
    for start, beats, note, velocity in notes:
        on, off = start * TICKS_PER_BEAT, (start + beats) * TICKS_PER_BEAT
        found.append((on, 1, mido.Message("note_on", note=note, velocity=velocity)))
        found.append((off, 0, mido.Message("note_off", note=note)))
    return found


def _gesture_bytes() -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("seconds", "x", "y"))
    rows.writerows(PATH)
    return text.getvalue().encode()
