"""Corner names, their order and positions, and the weights of a pad position: the one owner."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum

Weights = tuple[float, float, float, float]
"""Weights of the four corners in the order of CORNERS; they add up to 1."""


class Corner(StrEnum):
    """A corner of the pad by its role: x runs 0..1 left to right, y 0..1 top to bottom."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"

    @property
    def position(self) -> tuple[float, float]:
        """(x, y) of the corner on the pad."""
        return float("right" in self.value), float("bottom" in self.value)


CORNERS: tuple[Corner, Corner, Corner, Corner] = (
    Corner.TOP_LEFT,
    Corner.TOP_RIGHT,
    Corner.BOTTOM_LEFT,
    Corner.BOTTOM_RIGHT,
)


def bilinear_weights(x: float, y: float) -> Weights:
    """Corner weights at (x, y) in 0..1: the L1 step between neighbouring cells is even."""
    return (1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y


def distance_weights(x: float, y: float) -> Weights:
    """Corner weights of the original instrument: max(0, 1 - distance), normalised."""
    raw = [max(0.0, 1 - math.dist((x, y), corner.position)) for corner in CORNERS]
    total = sum(raw)
    return raw[0] / total, raw[1] / total, raw[2] / total, raw[3] / total


WEIGHT_LAWS: dict[str, Callable[[float, float], Weights]] = {
    "bilinear": bilinear_weights,
    "distance": distance_weights,
}


def cell_position(column: int, row: int, columns: int, rows: int) -> tuple[float, float]:
    """(x, y) in 0..1 of a grid cell."""
    return column / (columns - 1), row / (rows - 1)
