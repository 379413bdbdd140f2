"""8-bit mu-law as NSynth computes it, rounding down: audio to signed codes and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MU = 255
HALF = 128  # codes are -128..127; a class index is code + 128, the network's input code / 128


def encode(audio: ArrayLike) -> NDArray[np.int16]:
    """Codes of samples with full scale 1, in float32 as the original; same shape.

    Nothing is clamped: samples of 1.0 (which 16-bit audio cannot hold) give code 128, louder
    ones more. The network takes such codes as its input, but has no class for them.
    """
    x = np.asarray(audio, dtype=np.float32)
    curve = np.sign(x) * np.log(np.float32(1) + np.float32(MU) * np.abs(x))
    codes = np.floor(curve / np.log(np.float32(MU + 1)) * np.float32(HALF))
    limit = np.iinfo(np.int16)
    signed: NDArray[np.int16] = np.clip(codes, limit.min, limit.max).astype(np.int16)
    return signed


def decode(codes: ArrayLike) -> NDArray[np.float32]:
    """Samples in the middle of the codes' steps, float32; code 0 is exactly 0."""
    q = np.asarray(codes, dtype=np.float32)
    y = (q + np.float32(0.5)) / np.float32(HALF)
    size = (np.float32(MU + 1) ** np.abs(y) - np.float32(1)) / np.float32(MU)
    return np.where(q == 0, np.float32(0), np.sign(y) * size).astype(np.float32)


def network_input(codes: ArrayLike) -> NDArray[np.float32]:
    """What both networks read: the code as a fraction, not the expanded audio."""
    return np.asarray(codes, dtype=np.float32) / np.float32(HALF)


def class_of(codes: ArrayLike) -> NDArray[Any]:
    """The class indices 0..255 of codes; 256 and more for codes of 128 and more."""
    return np.asarray(codes).astype(np.int64) + HALF


def code_of(classes: ArrayLike) -> NDArray[np.int16]:
    """The codes -128..127 of class indices, whose type may be unsigned."""
    return (np.asarray(classes).astype(np.int64) - HALF).astype(np.int16)
