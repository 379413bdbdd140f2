"""Which cells a pack has: every choice of one sound per corner, times every place on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from audio_pipeline.config import GridSettings
from audio_pipeline.corner_choice import Corners
from device.pack.corners import WEIGHT_LAWS, Weights, cell_position

WEIGHT_DIGITS = 9  # weights are rounded to 1e-9, so that equal cells are found to be equal

CellWeights = tuple[tuple[str, float], ...]
"""(sound, weight) of the active sounds of one cell, sorted by sound; the weights add up to 1."""

Choice = tuple[int, int, int, int]
"""Index of the chosen sound in each corner's list, in the order of CORNERS."""


@dataclass(frozen=True)
class Grid:
    """All cells of a pack by place, and each different cell once."""

    choices: Mapping[Choice, tuple[tuple[CellWeights, ...], ...]]  # [row][column]
    unique: tuple[CellWeights, ...]

    @property
    def cell_count(self) -> int:
        """How many places there are, equal cells counted again and again."""
        return sum(len(row) for rows in self.choices.values() for row in rows)


def make_grid(corners: Corners, settings: GridSettings) -> Grid:
    """All cells of all combinations; equal ones (same active sounds and weights) are one."""
    size = settings.size
    law = WEIGHT_LAWS[settings.weights]
    weights = [[law(*cell_position(x, y, size, size)) for x in range(size)] for y in range(size)]
    choices = {}
    unique: dict[CellWeights, None] = {}
    for choice in product(*(range(len(names)) for names in corners)):
        sounds = tuple(names[index] for names, index in zip(corners, choice, strict=True))
        cells = tuple(tuple(cell_weights(sounds, w) for w in row) for row in weights)
        choices[choice[0], choice[1], choice[2], choice[3]] = cells
        unique |= dict.fromkeys(cell for row in cells for cell in row)
    return Grid(choices, tuple(unique))


def cell_weights(sounds: tuple[str, ...], weights: Weights) -> CellWeights:
    """The active sounds of a cell; a sound in two corners counts once, with both weights."""
    total: dict[str, float] = {}
    for sound, weight in zip(sounds, weights, strict=True):
        total[sound] = total.get(sound, 0.0) + weight
    rounded = ((sound, round(weight, WEIGHT_DIGITS)) for sound, weight in sorted(total.items()))
    return tuple((sound, weight) for sound, weight in rounded if weight > 0)
