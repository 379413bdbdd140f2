"""Reads words off the display: finds them in its dots, lit on dark or dark on lit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.screens.font import raster
from device.screens.letters import CAPITAL_HEIGHT
from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH

Dots = NDArray[np.bool_]


def shows(picture: bytes, words: str, scale: int = 1) -> bool:
    """The picture (FRAME_BYTES, as Display.show() takes it) has these words somewhere."""
    bits = np.unpackbits(np.frombuffer(picture, np.uint8))
    display = bits.reshape(DISPLAY_HEIGHT, DISPLAY_WIDTH).astype(bool)
    letters = np.asarray(raster(words, scale)).astype(bool)
    sought = _ink(letters[: CAPITAL_HEIGHT * scale])  # bars cut what hangs below
    return _contains(display, sought) or _contains(~display, sought)


def _ink(dots: Dots) -> Dots:
    rows, columns = np.flatnonzero(dots.any(1)), np.flatnonzero(dots.any(0))
    return dots[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _contains(display: Dots, sought: Dots) -> bool:
    places = np.lib.stride_tricks.sliding_window_view(display, sought.shape)
    return bool((places == sought).all(axis=(2, 3)).any())
