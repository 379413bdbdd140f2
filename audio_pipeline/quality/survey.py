"""Walks through a pack and measures all there is to measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from audio_pipeline.quality.gates import Kind
from audio_pipeline.quality.held import held_metrics
from audio_pipeline.quality.hygiene import hygiene_metrics, loop_metrics
from audio_pipeline.quality.layout import PadPath, Place, loop_places, pad_paths, place_weights
from audio_pipeline.quality.pad_loops import active_at, naturals, place_seams
from audio_pipeline.quality.pad_notes import PadNotes
from audio_pipeline.quality.paths import Path, kind_of, measure_path
from audio_pipeline.quality.playback import stored_samples
from audio_pipeline.quality.source_notes import SourceNotes, corner_distance
from audio_pipeline.quality.values import Measured
from audio_pipeline.quality.verdict import Measurement
from device.pack import CORNERS, Pack, PlayMode

Progress = Callable[[int, int, str], None]
"""Called with (pads done, pads in all, what comes next)."""


@dataclass(frozen=True)
class Selection:
    """Which part of a pack is measured."""

    combinations: tuple[int, ...]  # indices into the manifest's list
    pitches: tuple[int, ...]


class Survey:
    """Measures the chosen pads of a pack; what several pads share is measured once."""

    def __init__(
        self, pack: Pack, selection: Selection, sources: SourceNotes | None = None
    ) -> None:
        self.pack = pack
        self.selection = selection
        self.sources = sources
        self.measurements: list[Measurement] = []
        self._seen: set[tuple[object, ...]] = set()

    def run(self, progress: Progress = lambda done, total, label: None) -> list[Measurement]:
        """Measure everything; raises PackError for a note that cannot be read."""
        chosen = [(c, p) for c in self.selection.combinations for p in self.selection.pitches]
        for done, (index, pitch) in enumerate(chosen):
            notes = PadNotes(self.pack, self.pack.manifest.combinations[index], pitch)
            progress(done, len(chosen), f"{notes.title}, pitch {pitch}")
            self._measure_paths(notes)
            self._measure_loops(notes)
            self._measure_corners(notes)
            self._measure_hygiene(notes)
        progress(len(chosen), len(chosen), "")
        return self.measurements

    def _measure_paths(self, notes: PadNotes) -> None:
        for path in pad_paths(notes.manifest.columns, notes.manifest.rows):
            if not self._is_new("path", notes.pitch, *map(notes.cell, path.places)):
                continue
            cells = [notes.at(place) for place in path.places]
            measured = path_of(notes, path)
            metrics = measure_path(measured)
            metrics |= held_metrics([note.judged for note in cells], cells[0].rate_hz)
            self._add(metrics, path_words(notes, path), measured.kind, len(cells))

    def _measure_loops(self, notes: PadNotes) -> None:
        loop = notes.manifest.loops.get(notes.pitch)
        if loop is None:
            return
        if self._is_new("loop", notes.pitch):
            self._add(loop_metrics(loop, notes.manifest.sample_rate_hz), f"pitch {notes.pitch}")
        allowed = naturals(notes, self.sources)
        for place in loop_places(notes.manifest.columns, notes.manifest.rows):
            if self._is_new("seam", notes.pitch, notes.cell(place)):
                kind = kind_of(
                    [notes.corner(corner).features for corner in active_at(notes, place)]
                )
                self._add(place_seams(notes, place, allowed), place_words(notes, place), kind)

    def _measure_corners(self, notes: PadNotes) -> None:
        for corner in CORNERS:
            name, note = notes.instrument(corner).name, notes.corner(corner)
            source = self.sources.get(name, notes.pitch) if self.sources else None
            if source is not None and self._is_new("corner", notes.pitch, note.cell):
                distance = {"corner_lsd": corner_distance(note, source)}
                self._add(distance, f"{name}, pitch {notes.pitch}")

    def _measure_hygiene(self, notes: PadNotes) -> None:
        """Every cell of the pad, on a path or not."""
        manifest = notes.manifest
        for place in np.ndindex(manifest.columns, manifest.rows):
            name = notes.cell((place[0], place[1]))
            if self._is_new("cell", notes.pitch, name):
                cell = self.pack.cell(name)
                info = cell.notes[notes.pitch]
                loop = cell.loops.get(notes.pitch) if info.mode is PlayMode.LOOP else None
                samples = stored_samples(cell.decode(notes.pitch), info)
                metrics = hygiene_metrics(samples, info, loop, manifest.sample_rate_hz)
                self._add(metrics, place_words(notes, (place[0], place[1])))

    def _is_new(self, *key: object) -> bool:
        known = key in self._seen
        self._seen.add(key)
        return not known

    def _add(
        self, metrics: Mapping[str, Measured], where: str, kind: Kind = Kind.ANY, cells: int = 0
    ) -> None:
        for metric, measured in metrics.items():
            cell = "" if measured.cell is None else f", cell {measured.cell + 1} of {cells}"
            self.measurements.append(Measurement(metric, measured.value, where + cell, kind))


def path_of(notes: PadNotes, path: PadPath) -> Path:
    """The measured notes of a path, with the corners that sound on it."""
    manifest = notes.manifest
    weights = np.array(
        [
            place_weights(place, manifest.columns, manifest.rows, manifest.weight_law)
            for place in path.places
        ]
    )
    active = np.flatnonzero(weights.max(axis=0) > 1e-9)
    cells = [notes.at(place).features for place in path.places]
    corners = [notes.corner(CORNERS[index]).features for index in active]
    return Path(cells, corners, weights[:, active])


def path_words(notes: PadNotes, path: PadPath) -> str:
    """Which path, for people."""
    first, last = (notes.instrument(corner).name for corner in (path.first, path.last))
    return f"{first} to {last} ({path.name}), pitch {notes.pitch}"


def place_words(notes: PadNotes, place: Place) -> str:
    """Which cell, for people, counted from 1."""
    column, row = place
    return f"{notes.title}, column {column + 1} row {row + 1}, pitch {notes.pitch}"
