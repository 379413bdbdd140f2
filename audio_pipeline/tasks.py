"""The two kinds of work that a build gives to its processes: preparing and rendering notes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audio_pipeline.config import NoteSettings
from audio_pipeline.errors import Problem, RenderError
from audio_pipeline.grid import CellWeights
from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.renderers.base import RenderedNote, Renderer, SourceNote
from audio_pipeline.sources.audio_file import BadAudioError
from audio_pipeline.sources.folder import SourceFile
from audio_pipeline.sources.prepare import PreparedNote, prepare_note
from audio_pipeline.workspace import Workspace
from device.pack.cell import NoteAudio, encode_note
from device.pack.model import FORMAT_MAJOR, FORMAT_MINOR, Loop, PlayMode


@dataclass(frozen=True)
class PrepareTask:
    """Prepares one source note into the workspace; gives its record, or what is wrong with it."""

    file: SourceFile
    settings: NoteSettings
    workspace: Workspace

    def run(self) -> Iterator[PreparedNote | Problem]:
        """Gives one result."""
        try:
            prepared, samples = prepare_note(self.file, self.settings)
        except BadAudioError as error:
            yield Problem(self.file.path.name, str(error))
        else:
            self.workspace.keep_source(prepared.source_id, samples)
            yield prepared


@dataclass(frozen=True)
class RenderTask:
    """Renders cells at one pitch into the workspace; gives the key of each note."""

    renderer: Renderer
    workspace: Workspace
    rate_hz: int
    pitch: int
    sources: Mapping[str, str]  # sound -> source id
    loop: Loop | None
    cells: Mapping[str, CellWeights]  # key -> weights

    def run(self) -> Iterator[str]:
        """Analyses the sounds once, then renders cell by cell."""
        notes = [
            SourceNote(sound, self.pitch, self.workspace.source(source_id), source_id)
            for sound, source_id in self.sources.items()
        ]
        prepared = self.renderer.prepare(notes, self.rate_hz, self.loop)
        for key, weights in self.cells.items():
            note = self.renderer.render(prepared, dict(weights))
            self._check(note, weights)
            loudness_lufs = momentary_loudness_lufs(note.samples, self.rate_hz)
            audio = NoteAudio(
                self.pitch, note.samples, note.mode, note.decay_db_per_s, loudness_lufs
            )
            self.workspace.keep_note(key, encode_note(audio, self.rate_hz))
            yield key

    def _check(self, note: RenderedNote, weights: CellWeights) -> None:
        """What the pack's reader would refuse is reported with its cell, before it is stored."""
        wanted = None if self.loop is None else self.loop.end_frame
        if note.mode is PlayMode.LOOP and len(note.samples) != wanted:
            raise RenderError(
                f"renderer {self.renderer.name} gave a looped note of {len(note.samples)} frames "
                f"instead of {wanted} for pitch {self.pitch}, {dict(weights)}"
            )


def note_key(
    renderer: Renderer,
    rate_hz: int,
    pitch: int,
    sources: Mapping[str, str],
    weights: CellWeights,
    loop: Loop | None,
) -> str:
    """Hash of all that a rendered note depends on."""
    recipe = {
        "pack": [FORMAT_MAJOR, FORMAT_MINOR],
        "renderer": [renderer.name, renderer.version],
        "rate_hz": rate_hz,
        "pitch": pitch,
        "loop": None if loop is None else [loop.start_frame, loop.length_frames],
        "sources": sorted((sources[sound], weight) for sound, weight in weights),
    }
    text = json.dumps(recipe, sort_keys=True, allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
