"""The notes of one pad at one pitch, decoded and measured when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from audio_pipeline.quality.bands import Float32
from audio_pipeline.quality.features import NOTE_S, NoteFeatures, measure_note
from audio_pipeline.quality.layout import Place, corner_place
from audio_pipeline.quality.playback import play, stored_samples
from audio_pipeline.quality.seams import frames_needed
from device.pack import Combination, Corner, Instrument, Loop, NoteInfo, Pack, PlayMode
from device.pack.corners import CORNERS


@dataclass(frozen=True)
class PadNote:
    """One note of one cell."""

    cell: str  # hash
    info: NoteInfo
    loop: Loop | None  # None for one-shots
    stored: Float32  # [info.frames], gain applied
    played: Float32  # held for 4 s, or for two passes of the loop if that takes longer
    rate_hz: int

    @cached_property
    def features(self) -> NoteFeatures:
        """Measures of the first four seconds."""
        return measure_note(self.played, self.rate_hz, self.info.pitch)

    @property
    def judged(self) -> Float32:
        """The first four seconds as played."""
        return self.played[: round(NOTE_S * self.rate_hz)]


class PadNotes:
    """All notes of one combination at one pitch."""

    def __init__(self, pack: Pack, combination: Combination, pitch: int) -> None:
        self.pack = pack
        self.manifest = pack.manifest
        self.combination = combination
        self.pitch = pitch
        self._notes: dict[Place, PadNote] = {}

    def cell(self, place: Place) -> str:
        """Hash of the cell."""
        column, row = place
        return self.combination.cells[row][column]

    def at(self, place: Place) -> PadNote:
        """The note in a cell."""
        if place not in self._notes:
            self._notes[place] = load_note(self.pack, self.cell(place), self.pitch)
        return self._notes[place]

    def corner(self, corner: Corner) -> PadNote:
        """The note in a corner."""
        return self.at(corner_place(corner, self.manifest.columns, self.manifest.rows))

    def instrument(self, corner: Corner) -> Instrument:
        """The sound of a corner."""
        index = CORNERS.index(corner)
        return self.manifest.corners[index][self.combination.instruments[index]]

    @property
    def title(self) -> str:
        """The four sounds."""
        return " / ".join(self.instrument(corner).name for corner in CORNERS)


def load_note(pack: Pack, cell_name: str, pitch: int) -> PadNote:
    """Decode one note of a pack and play it; raises PackError for a damaged one."""
    cell, rate_hz = pack.cell(cell_name), pack.manifest.sample_rate_hz
    samples, info = cell.decode(pitch), cell.notes[pitch]
    loop = cell.loops.get(pitch) if info.mode is PlayMode.LOOP else None
    frames = round(NOTE_S * rate_hz)
    if loop is not None:
        frames = max(frames, frames_needed(loop, rate_hz))
    played = play(samples, info, loop, rate_hz, frames)
    return PadNote(cell_name, info, loop, stored_samples(samples, info), played, rate_hz)
