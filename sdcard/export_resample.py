"""Brings a note to another sample rate; needs soxr only if the rates differ."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sdcard.exchange_errors import MissingPackageError
from sdcard.export_mix import Float32

Resampler = Callable[[Float32], Float32]


def resampler(from_hz: int, to_hz: int) -> Resampler:
    """A function for whole notes; raises MissingPackageError if soxr is needed and not there."""
    if from_hz == to_hz:
        return lambda samples: samples
    try:
        import soxr
    except ImportError as error:
        raise MissingPackageError(
            f"changing {from_hz} Hz into {to_hz} Hz needs the Python package soxr:"
            " pip install 'latentpad[designer]'"
        ) from error

    def resample(samples: Float32) -> Float32:
        changed = soxr.resample(samples, from_hz, to_hz, quality="HQ")
        return np.asarray(changed, np.float32)

    return resample


def frames_for(frames: int, from_hz: int, to_hz: int) -> int:
    """Source frames that give at least `frames` frames at the other rate."""
    return math.ceil(frames * from_hz / to_hz) + 1
