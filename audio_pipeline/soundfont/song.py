"""The MIDI file that makes a synthesiser play every wanted note of a bank, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mido

from audio_pipeline.soundfont.bank import Preset

TICKS_PER_S = 1000
LEAD_S = 0.1  # silence before each note, in which program and controllers are set
PERCUSSION_BANK = 128
_PERCUSSION_CHANNEL = 9


@dataclass(frozen=True)
class NoteTiming:
    """How long notes are, the same for all."""

    velocity: int = 100
    note_off_s: float = 3.0
    length_s: float = 4.0

    @property
    def slot_s(self) -> float:
        """From one note's slot to the next: whole tenths, with room for both leads."""
        return round(self.length_s + 2 * LEAD_S + 0.05, 1)


def write_song(
    path: Path, presets: Sequence[Preset], pitches: Sequence[int], timing: NoteTiming
) -> None:
    """One slot of `timing.slot_s` per note: all pitches of the first preset, then the next.

    At the end of its slot a note is cut off, so that a long release does not reach the next one.
    """
    song = mido.MidiFile(ticks_per_beat=TICKS_PER_S)
    track = mido.MidiTrack()
    song.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=1_000_000))
    begin_s = 0.0
    events: list[tuple[float, mido.Message]] = []
    for preset in presets:
        for pitch in pitches:
            events += _slot(begin_s, preset, pitch, timing)
            begin_s += timing.slot_s
    _append_at(track, events)
    track.append(mido.MetaMessage("end_of_track", time=TICKS_PER_S // 2))
    song.save(path)


def _slot(
    begin_s: float, preset: Preset, pitch: int, timing: NoteTiming
) -> list[tuple[float, mido.Message]]:
    percussion = preset.bank == PERCUSSION_BANK
    channel = _PERCUSSION_CHANNEL if percussion else 0
    bank = 0 if percussion else preset.bank  # percussion is chosen by the channel

    def control(number: int, value: int) -> mido.Message:
        return mido.Message("control_change", channel=channel, control=number, value=value)

    on_s = begin_s + LEAD_S
    note = {"channel": channel, "note": pitch}
    return [
        (begin_s, control(0, bank >> 7)),
        (begin_s, control(32, bank & 127)),
        (begin_s, mido.Message("program_change", channel=channel, program=preset.program)),
        (on_s, mido.Message("note_on", velocity=timing.velocity, **note)),
        (on_s + timing.note_off_s, mido.Message("note_off", **note)),
        (begin_s + timing.slot_s - 0.01, control(120, 0)),
    ]


def _append_at(track: mido.MidiTrack, events: Sequence[tuple[float, mido.Message]]) -> None:
    """Events with absolute seconds as messages with delta ticks."""
    now = 0
    for at_s, message in events:
        ticks = round(at_s * TICKS_PER_S)
        track.append(message.copy(time=ticks - now))
        now = ticks
