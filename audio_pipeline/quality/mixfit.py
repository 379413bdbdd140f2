"""How far a sound is from being just a mix of two others, whatever their balance."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.bands import AUDIBLE_DB, POWER_FLOOR, Float32

EVERY_HOP = 2  # 20 ms apart is fine enough here


@cache
def balances() -> NDArray[np.float64]:
    """Shares of the second sound to try: 0..1, closer together towards both ends."""
    share = 10 ** np.linspace(-2.5, 0, 16) / 2
    return np.unique(np.concatenate([[0.0], share, 1 - share, [1.0]]))


def mixes_db(a: Float32, b: Float32) -> Float32:
    """Band powers of `a` and `b` mixed at every balance, in dB, each mix of total power 1.

    a, b: powers [hops, bands]; the result is [balances, hops / EVERY_HOP, bands].
    """
    unit_a, unit_b = (power[::EVERY_HOP] / power.sum() for power in (a, b))
    share = balances().astype(np.float32)[:, None, None]
    mixed = (1 - share) * unit_a + share * unit_b
    return np.asarray(10 * np.log10(mixed + np.float32(POWER_FLOOR * 1e-3)), np.float32)


def mixfit_db(sound: Float32, mixes: Float32) -> float:
    """RMS distance in dB from `sound` to the nearest of `mixes`: near 0 means "only a mix"."""
    unit = sound[::EVERY_HOP] / sound.sum()
    sound_db = 10 * np.log10(unit + np.float32(POWER_FLOOR * 1e-3))
    floor_db = sound_db.max() - np.float32(AUDIBLE_DB)
    apart = np.maximum(sound_db, floor_db) - np.maximum(mixes, floor_db)
    apart = apart.reshape(len(mixes), -1)
    level = np.median(apart, axis=1, keepdims=True)
    return float(np.sqrt(np.mean((apart - level) ** 2, axis=1)).min())
