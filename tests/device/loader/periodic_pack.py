"""A pack of several combinations whose notes all repeat after 160 frames, so that clicks show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.pack import (
    WEIGHT_LAWS,
    Combination,
    Instrument,
    Loop,
    Manifest,
    NoteAudio,
    PlayMode,
    Recipe,
    encode_cell,
    encode_note,
    write_cell,
    write_manifest,
)

RATE = 48_000
PERIOD = 160  # frames
PITCHES = tuple(range(36, 84, 3))
SHORT = Loop(150 * PERIOD, 300 * PERIOD)  # 0.5 s, then 1 s


def tone(amplitudes: Sequence[float], loop: Loop, noise: float) -> NDArray[np.float32]:
    """Harmonics in sine phase and some noise of one period, so that FLAC has work to do."""
    phase = 2 * np.pi * np.arange(PERIOD) / PERIOD
    wave = np.sum([a * np.sin((n + 1) * phase) for n, a in enumerate(amplitudes)], axis=0)
    wave += np.random.default_rng(3).normal(0, noise, PERIOD)
    return np.tile(wave, loop.end_frame // PERIOD).astype(np.float32)


def corners_of(choice: int) -> NDArray[np.float64]:
    """Harmonics of the four corners of a combination; the first corner is the same in all."""
    rng = np.random.default_rng(choice)
    return np.array([(0.05, 0.01, 0.0), *(np.r_[0.05, rng.uniform(0, 0.02, 2)] for _ in range(3))])


def write_pad(
    path: Path, choice: int, side: int, loop: Loop, noise: float, decay_db_per_s: float
) -> tuple[tuple[str, ...], ...]:
    """The cells of one combination; the same audio at every pitch."""
    grid = []
    for row in range(side):
        names = []
        for column in range(side):
            weights = WEIGHT_LAWS["bilinear"](column / (side - 1), row / (side - 1))
            sound = tone(np.asarray(weights) @ corners_of(choice), loop, noise)
            audio = NoteAudio(PITCHES[0], sound, PlayMode.LOOP, decay_db_per_s, -20.0)
            note = encode_note(audio, RATE)
            notes = [replace(note, info=replace(note.info, pitch=pitch)) for pitch in PITCHES]
            sources = {f"{n if n == 0 else (choice, n)}": w for n, w in enumerate(weights) if w > 0}
            recipe, loops = Recipe(tuple(sorted(sources.items()))), dict.fromkeys(PITCHES, loop)
            names.append(write_cell(path, encode_cell(RATE, recipe, "t", "1", notes, loops)))
        grid.append(tuple(names))
    return tuple(grid)


def write_pack(
    path: Path, *, side: int, combinations: int, loop: Loop = SHORT, noise: float = 1e-4,
    decay_db_per_s: float = 0.0,
) -> Manifest:  # fmt: skip
    """The first instrument is the same in all combinations, and the cell in its corner."""
    pads = tuple(
        Combination(
            (0, choice, choice, choice), write_pad(path, choice, side, loop, noise, decay_db_per_s)
        )
        for choice in range(combinations)
    )
    first = (Instrument("common", "common", "co"),)
    others = tuple(Instrument(f"i{n}", f"i{n}", f"i{n}") for n in range(combinations))
    manifest = Manifest(
        pack_id="6f0e3c0a-1d7b-4f0e-9a51-0c9d5b6a7e42", name="periodic", author="tests",
        licence="CC0-1.0", credits=(), sample_rate_hz=RATE, pitches=PITCHES, columns=side,
        rows=side, weight_law="bilinear", renderer_name="t", renderer_version="1",
        corners=(first, others, others, others), combinations=pads,
        loops=dict.fromkeys(PITCHES, loop), loudness_lufs=-20.0, peak_dbfs=-1.0,
    )  # fmt: skip
    write_manifest(path, manifest)
    return manifest
