"""What a build is going to do: sounds, corners, pitches and cells, decided and told beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audio_pipeline.config import BuildSettings
from audio_pipeline.corner_choice import Corners, choose_corners, draw_pad
from audio_pipeline.grid import Grid, make_grid
from audio_pipeline.pitches import spread, write_pitches
from audio_pipeline.settings_reader import override
from audio_pipeline.sources.credits import read_credits
from audio_pipeline.sources.folder import SourceFile, choose_notes, find_notes
from device.pack.model import Credit

PREVIEW_SIZE = 3
PREVIEW_PITCHES = 4


@dataclass(frozen=True)
class Plan:
    """All decisions of a build; nothing is read or written yet but file names."""

    settings: BuildSettings
    corners: Corners
    files: Mapping[str, Mapping[int, SourceFile]]  # sound -> pitch -> file
    pitches: tuple[int, ...]
    grid: Grid
    credits: tuple[Credit, ...]
    warnings: tuple[str, ...]

    @property
    def sounds(self) -> tuple[str, ...]:
        """Every sound that is used, once."""
        return tuple(self.files)

    def words(self) -> str:
        """The plan as text for the user, with the pad drawn."""
        filled = [f for notes in self.files.values() for f in notes.values() if f.shift_semitones]
        lines = [
            draw_pad(self.corners),
            f"{len(self.sounds)} sounds, {len(self.pitches)} pitches "
            f"({write_pitches(self.pitches)}), {self.settings.notes.rate_hz} Hz",
            f"{len(self.grid.choices)} combinations, {self.grid.cell_count} cells, "
            f"{len(self.grid.unique)} different, "
            f"{len(self.grid.unique) * len(self.pitches)} notes",
        ]
        lines += [f"made from {f.path.name}: {f.sound} {f.pitch}" for f in filled]
        return "\n".join(lines)


def make_plan(folder: Path, settings: BuildSettings, preview: bool = False) -> Plan:
    """Decide everything about a build of the source notes in `folder`.

    `preview` = 3 x 3 cells at four pitches. Raises SettingsError, SourceError, SourceFolderError.
    """
    if preview:
        settings = override(settings, {"grid": {"size": PREVIEW_SIZE}})
    notes, warnings = find_notes(folder)
    corners = choose_corners(notes, settings.corners)
    sounds = tuple(dict.fromkeys(name for names in corners for name in names))
    pitches = settings.notes.pitches or tuple(sorted({p for s in sounds for p in notes[s]}))
    if preview:
        pitches = spread(pitches, PREVIEW_PITCHES)
    files = choose_notes(notes, sounds, pitches, settings.notes.fill_pitches)
    unused = sorted(set(notes) - set(sounds))
    if unused:
        warnings = [*warnings, f"not used: {', '.join(unused)}"]
    grid = make_grid(corners, settings.grid)
    credits = read_credits(folder, sounds)
    return Plan(settings, corners, files, pitches, grid, credits, tuple(warnings))
