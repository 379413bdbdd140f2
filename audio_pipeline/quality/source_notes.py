"""The source notes that a pack was made from, prepared as for rendering: what corners must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.config import NoteSettings
from audio_pipeline.errors import Problem, SourceError
from audio_pipeline.quality.bands import AUDIBLE_DB, Float32, audible_db, band_power, distance_db
from audio_pipeline.quality.features import fit
from audio_pipeline.quality.pad_notes import PadNote
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured
from audio_pipeline.sources.audio_file import BadAudioError
from audio_pipeline.sources.folder import SourceFile, find_notes
from audio_pipeline.sources.prepare import prepare_note
from device.pack import Manifest

WINDOW_HOPS = 3  # 10 ms hops whose window reaches over the loop's start


class SourceNotes:
    """A folder of source notes at a pack's rate and level; unknown sounds and pitches are None.

    `get` raises SourceError for a note that cannot be used.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Raise a SourceFolderError or SourceError for a folder without usable notes."""
        self._files, _ = find_notes(folder)
        self._settings = NoteSettings(
            rate_hz=manifest.sample_rate_hz,
            loudness_lufs=manifest.loudness_lufs,
            peak_dbfs=manifest.peak_dbfs,
        )
        self._prepared: dict[tuple[str, int], Float32] = {}

    def get(self, sound: str, pitch: int) -> Float32 | None:
        """The prepared note [frames], or None if the folder does not have it."""
        file = self._files.get(sound, {}).get(pitch)
        if file is None:
            return None
        if (sound, pitch) not in self._prepared:
            samples = self._prepare(file)
            self._prepared[sound, pitch] = samples.astype(np.float32)
        return self._prepared[sound, pitch]

    def _prepare(self, file: SourceFile) -> NDArray[np.float64]:
        try:
            return prepare_note(file, self._settings)[1]
        except BadAudioError as error:
            raise SourceError([Problem(file.path.name, str(error))]) from error


def corner_distance(note: PadNote, source: Float32) -> Measured:
    """corner_lsd: distance of a corner from its source up to the loop's start (or to the end)."""
    frames = note.info.frames if note.loop is None else note.loop.start_frame
    power = [band_power(fit(x, frames), note.rate_hz) for x in (note.stored, source)]
    if note.loop is not None:
        power = [hops[:-WINDOW_HOPS] for hops in power]
    if not len(power[0]) or not any(hops.any() for hops in power):
        return NOT_APPLICABLE
    levels = [audible_db(hops) for hops in power]
    floor_db = max(level.max() for level in levels) - np.float32(AUDIBLE_DB)
    return Measured(distance_db(*(np.maximum(level, floor_db) for level in levels)))
