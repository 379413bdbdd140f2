"""Texts as pictures, in one, two or three times the size of the letters."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from device.screens.letters import CAPITAL_HEIGHT, GAP, HEIGHT, Dots, glyphs, width


@lru_cache(maxsize=1024)
def raster(text: str, scale: int) -> Image.Image:
    """A text of known letters as a picture of width() x HEIGHT * scale dots; scale is 1, 2 or 3."""
    letters = glyphs()
    dots = np.zeros((HEIGHT, width(text)), dtype=bool)
    left = 0
    for letter in text:
        shape = letters[letter]
        dots[:, left : left + shape.shape[1]] = shape
        left += shape.shape[1] + GAP
    return Image.fromarray(SCALERS[scale](dots))


def ink_height(text: str, scale: int) -> int:
    """Dots from the top of the capitals to the lowest dot of a text, or of its capitals."""
    ink = raster(text, scale).getbbox()
    return max(CAPITAL_HEIGHT * scale, ink[3] if ink else 0)


def _neighbours(dots: Dots) -> tuple[Dots, Dots, Dots, Dots]:
    """What lies above, left, right and below of each dot."""
    wide = np.pad(dots, 1)
    return wide[:-2, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:], wide[2:, 1:-1]


def doubled(dots: Dots) -> Dots:
    """Twice the size with round corners: the Scale2x rule of Mazzoleni (2001)."""
    above, left, right, below = _neighbours(dots)
    big = np.repeat(np.repeat(dots, 2, axis=0), 2, axis=1)
    is_corner = (above != below) & (left != right)
    for row, column, one, other in (
        (0, 0, above, left), (0, 1, above, right), (1, 0, below, left), (1, 1, below, right),
    ):  # fmt: skip
        np.copyto(big[row::2, column::2], one, where=is_corner & (one == other))
    return big


def tripled(dots: Dots) -> Dots:
    """Three times the size: the corners of Scale3x, whose edges a single colour does not need."""
    above, left, right, below = _neighbours(dots)
    big = np.repeat(np.repeat(dots, 3, axis=0), 3, axis=1)
    is_corner = (above != below) & (left != right)
    for row, column, one, other in (
        (0, 0, above, left), (0, 2, above, right), (2, 0, below, left), (2, 2, below, right),
    ):  # fmt: skip
        np.copyto(big[row::3, column::3], one, where=is_corner & (one == other))
    return big


def _same(dots: Dots) -> Dots:
    return dots


SCALERS = {1: _same, 2: doubled, 3: tripled}
