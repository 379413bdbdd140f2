"""One note of a pack as it sounds at a pad position, still with its loop and its decay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.pack import Cell, Loop, Pack, PlayMode
from device.pack.mixing import PROBED_S, mixing_gain, probe
from device.pack.model import FULL_SCALE
from device.pack.places import Cells

Float32 = NDArray[np.float32]
Position = tuple[float, float]
CENTRE: Position = (0.5, 0.5)

PIECE_FRAMES = 8192  # stay in the nearest memory of any processor

UNLIKE_S = 10.0
"""How much is kept of a note that some cells loop and others do not: it becomes a one-shot."""


@dataclass(frozen=True)
class MixedNote:
    """One note at one position: flat samples (as stored in cells), and how they go on."""

    pitch: int
    samples: Float32  # [frames], 1 = full scale; not limited to it
    loop: Loop | None  # None for a one-shot, which ends with its samples
    decay_db_per_s: float  # from the start of the loop on; <= 0


def grid_positions(count: int) -> list[list[Position]]:
    """[row][column] -> (x, y) of an even grid of count x count positions, count >= 2."""
    steps = [index / (count - 1) for index in range(count)]
    return [[(x, y) for x in steps] for y in steps]


def mixed_note(pack: Pack, cells: Cells, pitch: int) -> MixedNote:
    """What `cells` sound together at one of the pack's pitches."""
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


def sounded(cell: Cell, pitch: int, frames: int, room: Float32 | None = None) -> Float32:
    """float32 [frames] of one cell's note as a held key plays it, loop and decay included.

    The law of device.pack.unroll, twenty times faster; a test holds the two together. `room`
    [frames] is filled if it is given: making large arrays anew takes as long as filling them.
    """
    note = cell.notes[pitch]
    stored = cell.decode_block(pitch, 0, min(frames, note.frames))
    sound = np.empty(frames, np.float32) if room is None else room
    np.multiply(stored, np.float32(note.gain / FULL_SCALE), out=sound[: len(stored)])
    if note.mode is PlayMode.ONE_SHOT:
        sound[len(stored) :] = 0
        return sound
    loop = cell.loops[pitch]
    for start in range(loop.end_frame, frames, loop.length_frames):
        rest = sound[start : start + loop.length_frames]
        rest[:] = sound[loop.start_frame : loop.start_frame + len(rest)]
    if note.decay_db_per_s:
        _fade(sound[loop.start_frame :], note.decay_db_per_s / cell.rate_hz)
    return sound


def _fade(sound: Float32, decay_db: float) -> None:
    """Let a sound die away in place, by so many decibels (<= 0) a frame; piece by piece is fast."""
    fall = np.float32(decay_db / 20 * math.log(10))
    for start in range(0, len(sound), PIECE_FRAMES):
        piece = sound[start : start + PIECE_FRAMES]
        piece *= np.exp(np.arange(start, start + len(piece), dtype=np.float32) * fall)


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
