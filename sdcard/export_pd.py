"""Exports a combination as a Pure Data patch that plays it: no externals, a pad, MIDI, morphing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device.pack import Combination, Pack
from device.pack.places import cells_at
from sdcard.exchange_errors import ExportChoiceError
from sdcard.export_mix import Float32, MixedNote, grid_positions, mixed_note
from sdcard.export_parts import KEYS, combination_name, fresh_folder, key_zones, write_credits
from sdcard.export_pd_engine import engine_patch, samples_patch
from sdcard.export_pd_panel import main_patch
from sdcard.export_pd_voice import voice_patch
from sdcard.export_wav import write_wav

GRID = (2, 9)
GUARD_FRAMES = 4  # tabread4~ reads beyond the frame that it plays
FOREVER = 1e9  # wraps until a looped note ends


@dataclass(frozen=True)
class _Place:
    """Where a note goes in the patch."""

    zone: int  # number of its pitch
    cell: int  # row * side + column

    def table(self, prefix: str) -> str:
        return f"{prefix}_{self.zone}_{self.cell}"


def export_pd(pack: Pack, combination: Combination, side: int, output: Path) -> Path:
    """Write main.pd and its parts into an empty or new folder, with side x side cells of sound.

    Between cells the weights are bilinear. Raises PackError and ExchangeError.
    """
    if not GRID[0] <= side <= GRID[1]:
        raise ExportChoiceError(f"--grid {side}: a Pure Data patch has {GRID[0]} to {GRID[1]}")
    fresh_folder(output)
    (output / "samples").mkdir()
    manifest = pack.manifest
    prefix = f"lp{manifest.pack_id.split('-')[0]}"
    positions = [position for row in grid_positions(side) for position in row]
    files: dict[str, str] = {}
    falls: list[float] = []
    gains: list[float] = []
    notes: list[MixedNote] = []  # of the first cell: what all cells of a pitch share
    for zone, pitch in enumerate(manifest.pitches):
        mixed = [mixed_note(pack, cells_at(combination, *at), pitch) for at in positions]
        notes.append(_like(mixed))
        for cell, note in enumerate(mixed):
            path = f"samples/key{pitch:03d}_row{cell // side}_column{cell % side}.wav"
            gains.append(_write(output / path, note, manifest.sample_rate_hz))
            falls.append(note.decay_db_per_s * math.log(10) / 20 / manifest.sample_rate_hz)
            files[_Place(zone, cell).table(prefix)] = path
    tables = {**_tables(notes, manifest.sample_rate_hz), "fall": falls, "gain": gains}
    title = f"{_plain(manifest.name)} : {combination_name(manifest, combination)}"
    for name, text in {
        "main": main_patch(title, prefix),
        "engine": engine_patch(prefix, side),
        "voice": voice_patch(prefix, len(positions)),
        "samples": samples_patch(prefix, files, tables),
    }.items():
        (output / f"{name}.pd").write_text(text, encoding="utf-8")
    write_credits(output, manifest)
    return output / "main.pd"


def _plain(text: str) -> str:
    """Words that mean nothing to Pd."""
    return " ".join("".join(c if c.isalnum() or c in "-_." else " " for c in text).split())


def _like(mixed: Sequence[MixedNote]) -> MixedNote:
    """The note that says how all cells of a pitch go on; raises ExportChoiceError for unlike."""
    loops = {note.loop for note in mixed}
    if len(loops) > 1:
        raise ExportChoiceError(
            f"pitch {mixed[0].pitch}: some cells loop and others do not; no patch can play that"
        )
    return max(mixed, key=lambda note: len(note.samples))


def _write(path: Path, note: MixedNote, rate_hz: int) -> float:
    """Write a note with its guard frames; returns the gain that it is to be played with."""
    peak = max(1.0, float(np.abs(note.samples).max(initial=0.0)))
    samples = _guarded(note) / np.float32(peak)
    write_wav(path, samples, rate_hz, note.pitch, note.loop)
    return peak


def _guarded(note: MixedNote) -> Float32:
    if note.loop is None:
        return np.concatenate([note.samples, np.zeros(GUARD_FRAMES, np.float32)])
    loop = note.samples[note.loop.start_frame : note.loop.end_frame]
    return np.concatenate([note.samples, np.resize(loop, GUARD_FRAMES)])


def _tables(notes: Sequence[MixedNote], rate_hz: int) -> dict[str, list[float]]:
    """What voice.pd looks up: for each key its zone, for each zone its passes."""
    zones = key_zones([note.pitch for note in notes])
    by_key = [
        next(n for n, (low, high) in enumerate(zones.values()) if low <= key <= high)
        for key in KEYS
    ]
    tables: dict[str, list[float]] = {"zone": [float(zone) for zone in by_key]}
    for note in notes:
        for name, value in _pass(note, rate_hz).items():
            tables.setdefault(name, []).append(value)
    return tables


def _pass(note: MixedNote, rate_hz: int) -> dict[str, float]:
    if note.loop is None:
        start, length, passes, end = 0, len(note.samples), 0, 1.0
    else:
        start, length, end = note.loop.start_frame, note.loop.length_frames, FOREVER
        passes = -(-start // length)
    return {
        "pitch": note.pitch, "rate": rate_hz / length, "start": start, "length": length,
        "passes": passes, "offset": passes * length - start, "end": end,
    }  # fmt: skip
