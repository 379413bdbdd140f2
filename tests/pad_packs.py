"""Renders whole small packs from synthetic sources with a real renderer, for tests of quality."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.renderers.base import RenderedNote, Renderer, SourceNote
from device.pack import (
    CORNERS,
    Combination,
    Credit,
    EncodedNote,
    Instrument,
    Loop,
    Manifest,
    NoteAudio,
    Recipe,
    cell_position,
    encode_cell,
    encode_note,
    write_cell,
    write_manifest,
)
from device.pack.corners import bilinear_weights

LOOP_START_S = 1.1
LOOP_S = 1.75


def loop_for(pitch: int, rate_hz: int) -> Loop:
    """A loop of whole periods from 1.1 s to about 2.85 s."""
    period = rate_hz / (440 * 2 ** ((pitch - 69) / 12))
    return Loop(round(LOOP_START_S * rate_hz), round(round(LOOP_S * rate_hz / period) * period))


def encoded(note: RenderedNote, pitch: int, rate_hz: int) -> EncodedNote:
    """A rendered note as it goes into a cell."""
    loudness = momentary_loudness_lufs(note.samples, rate_hz)
    audio = NoteAudio(pitch, note.samples, note.mode, note.decay_db_per_s, loudness)
    return encode_note(audio, rate_hz)


def render_pack(
    path: Path,
    renderer: Renderer,
    sources: dict[int, Sequence[SourceNote]],
    rate_hz: int,
    columns: int = 9,
    rows: int = 2,
) -> Manifest:
    """Write a pack from four sources per pitch (in order of CORNERS); 9 x 2 cells: two paths."""
    loops = {pitch: loop_for(pitch, rate_hz) for pitch in sources}
    prepared = {p: renderer.prepare(notes, rate_hz, loops[p]) for p, notes in sources.items()}
    sounds = [note.instrument for note in next(iter(sources.values()))]
    grid = []
    for row in range(rows):
        names = []
        for column in range(columns):
            weights = bilinear_weights(*cell_position(column, row, columns, rows))
            active = {s: w for s, w in zip(sounds, weights, strict=True) if w > 0}
            notes = [
                encoded(renderer.render(prepared[pitch], active), pitch, rate_hz)
                for pitch in sources
            ]
            recipe = Recipe(tuple(sorted(active.items())))
            data = encode_cell(rate_hz, recipe, renderer.name, renderer.version, notes, loops)
            names.append(write_cell(path, data))
        grid.append(tuple(names))
    manifest = Manifest(
        pack_id="0d1b7a52-4a5e-4c61-9df0-3f0c5f2b8a11",
        name="Synthetic",
        author="The tests",
        licence="CC0-1.0",
        credits=tuple(Credit(sound, "tests/synthetic.py", "CC0-1.0") for sound in sounds),
        sample_rate_hz=rate_hz,
        pitches=tuple(sources),
        columns=columns,
        rows=rows,
        weight_law="bilinear",
        renderer_name=renderer.name,
        renderer_version=renderer.version,
        corners=tuple((Instrument(s, s[:8].upper(), s[:2].upper()),) for s in sounds),
        combinations=(Combination((0, 0, 0, 0), tuple(grid)),),
        loops=loops,
        loudness_lufs=-23.0,
        peak_dbfs=-1.0,
    )
    assert len(sounds) == len(CORNERS)
    write_manifest(path, manifest)
    return manifest
