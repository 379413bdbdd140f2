"""One note of a pack as it sounds at a pad position, still with its loop and its decay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.pack import Cell, Combination, Loop, Pack, PlayMode
from device.pack.corners import bilinear_weights
from device.pack.mixing import PROBED_S, mixing_gain, probe
from device.pack.model import FULL_SCALE

Float32 = NDArray[np.float32]
Position = tuple[float, float]
CENTRE: Position = (0.5, 0.5)

UNLIKE_S = 10.0
"""How much is kept of a note that some cells loop and others do not: it becomes a one-shot."""


@dataclass(frozen=True)
class MixedNote:
    """One note at one position: flat samples (as stored in cells), and how they go on."""

    pitch: int
    samples: Float32  # [frames], 1 = full scale; not limited to it
    loop: Loop | None  # None for a one-shot, which ends with its samples
    decay_db_per_s: float  # from the start of the loop on; <= 0


def cells_at(combination: Combination, position: Position) -> tuple[tuple[str, float], ...]:
    """(cell name, weight) around (x, y) in 0..1, each cell once; weights add up to 1."""
    rows, columns = len(combination.cells), len(combination.cells[0])
    column, across = _grid_line(position[0], columns)
    row, down = _grid_line(position[1], rows)
    places = [(row, column), (row, column + 1), (row + 1, column), (row + 1, column + 1)]
    weights: dict[str, float] = {}
    for (r, c), weight in zip(places, bilinear_weights(across, down), strict=True):
        if weight > 0:
            name = combination.cells[r][c]
            weights[name] = weights.get(name, 0.0) + weight
    return tuple(weights.items())


def _grid_line(position: float, count: int) -> tuple[int, float]:
    """The grid line before a position, never the last one, and the way to the next in 0..1."""
    scaled = min(max(position, 0.0), 1.0) * (count - 1)
    before = min(math.floor(scaled), count - 2)
    return before, scaled - before


def grid_positions(count: int) -> list[list[Position]]:
    """[row][column] -> (x, y) of an even grid of count x count positions, count >= 2."""
    steps = [index / (count - 1) for index in range(count)]
    return [[(x, y) for x in steps] for y in steps]


def mixed_note(pack: Pack, cells: Sequence[tuple[str, float]], pitch: int) -> MixedNote:
    """What `cells` (of cells_at) sound together at one of the pack's pitches."""
    opened = [(pack.cell(name), weight) for name, weight in cells]
    modes = {cell.notes[pitch].mode for cell, _ in opened}
    raised = _raised(opened, pitch) if len(opened) > 1 else [weight for _, weight in opened]
    if len(modes) > 1:
        return _unlike(opened, raised, pitch)
    parts = [
        _flat(cell, pitch) * np.float32(w) for (cell, _), w in zip(opened, raised, strict=True)
    ]
    samples = np.zeros(max(map(len, parts)), np.float32)
    for part in parts:
        samples[: len(part)] += part
    loop = pack.manifest.loops[pitch] if modes == {PlayMode.LOOP} else None
    return MixedNote(pitch, samples, loop, _common_decay(opened, parts, loop, pitch))


def _flat(cell: Cell, pitch: int) -> Float32:
    gain = cell.notes[pitch].gain / FULL_SCALE
    return (cell.decode(pitch) * gain).astype(np.float32)


def sounded(cell: Cell, pitch: int, frames: int) -> Float32:
    """float32 [frames] of one cell's note as a held key plays it, loop and decay included.

    The law of device.pack.unroll, ten times faster; a test holds the two together.
    """
    note = cell.notes[pitch]
    stored = cell.decode_block(pitch, 0, min(frames, note.frames))
    sound = np.zeros(frames, np.float32)
    np.multiply(stored, np.float32(note.gain / FULL_SCALE), out=sound[: len(stored)])
    if note.mode is PlayMode.ONE_SHOT:
        return sound
    loop = cell.loops[pitch]
    begin, end = loop.start_frame, loop.end_frame
    if frames > end:
        sound[end:] = np.resize(sound[begin:end], frames - end)
    if note.decay_db_per_s and frames > begin:
        fall = note.decay_db_per_s / cell.rate_hz / 20 * math.log(10)
        sound[begin:] *= np.exp(np.arange(frames - begin, dtype=np.float32) * np.float32(fall))
    return sound


def _raised(opened: Sequence[tuple[Cell, float]], pitch: int) -> list[float]:
    """Weights so that a mix is as loud as its cells: see device.pack.mixing."""
    rate_hz = opened[0][0].rate_hz
    frames = math.ceil((PROBED_S[1] + 0.1) * rate_hz)
    probes = np.stack([probe(sounded(cell, pitch, frames), rate_hz) for cell, _ in opened])
    weights = [weight for _, weight in opened]
    gain = mixing_gain(probes @ probes.T, weights)
    return [weight * gain for weight in weights]


def _common_decay(
    opened: Sequence[tuple[Cell, float]], parts: Sequence[Float32], loop: Loop | None, pitch: int
) -> float:
    """One decay for all: the mean of the cells', each as much as its loop adds to the mix."""
    if loop is None:
        return 0.0
    shares = [float(np.sqrt(np.mean(part[loop.start_frame :] ** 2))) + 1e-9 for part in parts]
    decays = [cell.notes[pitch].decay_db_per_s for cell, _ in opened]
    return float(np.average(decays, weights=shares))


def _unlike(
    opened: Sequence[tuple[Cell, float]], weights: Sequence[float], pitch: int
) -> MixedNote:
    frames = round(UNLIKE_S * opened[0][0].rate_hz)
    samples = np.zeros(frames, np.float32)
    for (cell, _), weight in zip(opened, weights, strict=True):
        samples += sounded(cell, pitch, frames) * np.float32(weight)
    return MixedNote(pitch, samples, None, 0.0)
