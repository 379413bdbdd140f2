"""One colour per corner, and what lies between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.pack import CORNERS, Corner
from device.pack.corners import bilinear_weights

CORNER_COLOURS: dict[Corner, str] = dict(
    zip(CORNERS, ("#e8553a", "#12a5a0", "#7b61ff", "#f2a900"), strict=True)
)
TEXT = "#8a8f99"  # readable on white and on black
GRID = "#8a8f9955"


def colour_at(x: float, y: float) -> str:
    """The colour of a pad position, mixed as light is."""
    corners = np.array([_light(CORNER_COLOURS[corner]) for corner in CORNERS])
    mixed = np.array(bilinear_weights(x, y)) @ corners
    return "#" + "".join(f"{round(255 * value ** (1 / 2.2)):02x}" for value in mixed)


def _light(colour: str) -> NDArray[np.float64]:
    """Linear red, green and blue, 0..1."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]) ** 2.2
