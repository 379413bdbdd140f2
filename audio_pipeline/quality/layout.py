"""Ways over a pad from corner to corner, and the places where loops are listened to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.pack import CORNERS, WEIGHT_LAWS, Corner, cell_position

Place = tuple[int, int]
"""(column, row) of a cell."""


@dataclass(frozen=True)
class PadPath:
    """A way from one corner to another, one cell after the other."""

    name: str
    first: Corner
    last: Corner
    places: tuple[Place, ...]


def corner_place(corner: Corner, columns: int, rows: int) -> Place:
    """The cell in a corner."""
    x, y = corner.position
    return round(x * (columns - 1)), round(y * (rows - 1))


def pad_paths(columns: int, rows: int) -> list[PadPath]:
    """The four edges and, on a square grid, the two diagonals."""
    top_left, top_right, bottom_left, bottom_right = CORNERS
    ways = [
        ("top", top_left, top_right),
        ("bottom", bottom_left, bottom_right),
        ("left", top_left, bottom_left),
        ("right", top_right, bottom_right),
    ]
    if columns == rows:
        ways += [("diagonal", top_left, bottom_right), ("diagonal", bottom_left, top_right)]
    return [PadPath(name, a, b, _between(a, b, columns, rows)) for name, a, b in ways]


def loop_places(columns: int, rows: int) -> list[Place]:
    """Corners, middles of the edges and the centre."""
    xs, ys = (sorted({0, size // 2, size - 1}) for size in (columns, rows))
    return [(x, y) for y in ys for x in xs]


def place_weights(place: Place, columns: int, rows: int, weight_law: str) -> NDArray[np.float64]:
    """Weights of the four corners in a cell, [4] in the order of CORNERS."""
    return np.array(WEIGHT_LAWS[weight_law](*cell_position(*place, columns, rows)))


def _between(first: Corner, last: Corner, columns: int, rows: int) -> tuple[Place, ...]:
    start, end = (np.array(corner_place(corner, columns, rows)) for corner in (first, last))
    steps = int(np.max(np.abs(end - start)))
    way = [start + (end - start) * step // steps for step in range(steps + 1)]
    return tuple((int(column), int(row)) for column, row in way)
