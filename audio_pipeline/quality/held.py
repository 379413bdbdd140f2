"""What a finger hears between two cells: the player mixes their notes, and they must not cancel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.bands import Float32
from audio_pipeline.quality.features import moving_power
from audio_pipeline.quality.values import Measured, worst
from device.pack.mixing import mixing_gain, probe

WINDOW_S = 0.1
SILENT_POWER = 1e-8
AUDIBLE_RATIO = 1e-4  # 40 dB: what is further below the loudest moment is not judged


def dip_db(first: Float32, second: Float32, rate_hz: int, gain: float = 1.0) -> NDArray[np.float64]:
    """How far an equal mix lies below the mean of the two amplitudes, in dB, per audible 100 ms.

    gain: what the mix is raised by. Without, 0 dB: the notes go together; 3: they are strangers;
    more: they cancel. (Below their power mean a mix also lies where one of them has ended, which
    is no dip.) Unrolled notes [frames]; empty if one of them is silent.
    """
    frames = min(len(first), len(second))
    window = round(WINDOW_S * rate_hz)
    first, second = first[:frames], second[:frames]
    mixed = (first + second) * np.float32(gain / 2)
    powers = [moving_power(x, window)[:: window // 2] for x in (first, second, mixed)]
    if min(power.max() for power in powers[:2]) < SILENT_POWER:
        return np.empty(0)
    together = ((np.sqrt(powers[0]) + np.sqrt(powers[1])) / 2) ** 2
    audible = together > AUDIBLE_RATIO * together.max()
    together, mixed_power = together[audible], powers[2][audible]
    return np.asarray(10 * np.log10(together / (mixed_power + 1e-9 * together)))


def raise_of(first: Float32, second: Float32, rate_hz: int) -> float:
    """The gain by which the player raises an equal mix of two notes."""
    probes = np.stack([probe(first, rate_hz), probe(second, rate_hz)])
    return mixing_gain(probes @ probes.T, (0.5, 0.5))


def held_metrics(notes: Sequence[Float32], rate_hz: int) -> dict[str, Measured]:
    """hold_dip (mean over the way) and hold_dip_worst (the worst neighbours), each over time.

    Moments louder than the cells do not make up for quieter ones: they count as 0.
    Nothing is said of a way without cells in between: its ends are strangers.
    """
    if len(notes) < 3:
        return {}
    dips = [dip_db(a, b, rate_hz, raise_of(a, b, rate_hz)) for a, b in pairwise(notes)]
    if not all(len(dip) for dip in dips):
        return {}
    means = np.array([np.maximum(dip, 0).mean() for dip in dips])
    deepest = worst(means)
    return {"hold_dip": Measured(float(means.mean()), deepest.cell), "hold_dip_worst": deepest}
