"""What of a pack sounds: the cells around a position on the pad, the stored pitch of a key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from device.pack.model import Combination

Cells = tuple[tuple[str, float], ...]
"""(cell hash, weight) of what sounds at a position: each cell once, weights add up to 1."""


@dataclass(frozen=True)
class CellWeight:
    """One cell of the grid and how much of it sounds."""

    column: int
    row: int
    weight: float  # 0 < weight <= 1


def cell_weights(x: float, y: float, columns: int, rows: int) -> tuple[CellWeight, ...]:
    """The one, two or four cells around (x, y) in 0..1, with bilinear weights that add up to 1.

    On a cell's own position exactly that cell sounds; weights are continuous everywhere.
    """
    return tuple(
        CellWeight(column, row, across * down)
        for row, down in _neighbours(y, rows)
        for column, across in _neighbours(x, columns)
        if across * down > 0
    )


def _neighbours(position: float, count: int) -> tuple[tuple[int, float], tuple[int, float]]:
    """The two grid lines around a position in 0..1 and the linear weight of each."""
    scaled = min(max(position, 0.0), 1.0) * (count - 1)
    first = min(math.floor(scaled), max(count - 2, 0))
    part = scaled - first
    return (first, 1 - part), (min(first + 1, count - 1), part)


def cells_at(combination: Combination, x: float, y: float) -> Cells:
    """What sounds at (x, y) in 0..1; equal neighbouring cells are one cell."""
    cells = combination.cells
    weights: dict[str, float] = {}
    for place in cell_weights(x, y, len(cells[0]), len(cells)):
        name = cells[place.row][place.column]
        weights[name] = weights.get(name, 0.0) + place.weight
    return tuple(weights.items())


def nearest_pitch(note: int, pitches: Sequence[int]) -> int:
    """The stored pitch nearest to a MIDI note; between two, the higher one.

    A higher one is played slower, which loses a little treble; a lower one played faster would
    fold treble down as aliases.
    """
    return min(pitches, key=lambda pitch: (abs(pitch - note), -pitch))
