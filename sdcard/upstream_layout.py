"""The pads of Open NSynth Super: layout of a .bin file, order of its names, its settings.

A pad <top left>_<top right>_<bottom left>_<bottom right>.bin is int16, little-endian, no header:

    [row of the grid from the top][column from the left][pitch][60000 frames at 16 kHz]

That device finds a cell at row * resolution + column with the top left at (0, 0), and joins the
names of its corners in that order, so the third name is what sounds at the bottom left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAMES, RATE_HZ, RESOLUTION = 60_000, 16_000, 9
LOOPING, LOOP_START, LOOP_END = True, 0.2, 0.41  # as its shipped settings; parts of the length
PITCHES = (24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76, 80, 84)
SETTINGS_NAME = "settings.json"
SAMPLE = np.dtype("<i2")
WEIGHT_LAW = "distance"

Pad = NDArray[np.int16]
"""[row, column, pitch, frame]."""


@dataclass(frozen=True)
class PadShape:
    """The numbers that a .bin file does not say of itself."""

    resolution: int
    pitches: tuple[int, ...]
    frames: int
    rate_hz: int

    @property
    def dimensions(self) -> tuple[int, int, int, int]:
        """Rows, columns, pitches, frames."""
        return self.resolution, self.resolution, len(self.pitches), self.frames

    @property
    def size(self) -> int:
        """Bytes of a pad."""
        return int(np.prod(self.dimensions)) * SAMPLE.itemsize


def pad_name(names: tuple[str, ...]) -> str:
    """File name of the pad of four sounds: top left, top right, bottom left, bottom right."""
    return "_".join(names) + ".bin"
