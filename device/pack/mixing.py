"""How cells sound together: raised so that a mix is as loud as the cells that it lies between.

Neighbouring cells are alike but not the same: an ensemble's partials are out of step here and
there, and a plain weighted sum of two such notes is up to 3 dB quieter than either. The player
therefore raises the weights of a mix by a constant, computed from a few samples of its notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

PROBE_BLOCKS, BLOCK_FRAMES = 16, 512
MAX_MIXING_GAIN = 2.0  # four cells that have nothing in common
PROBED_S = (0.1, 2.5)  # attacks are in step anyway; later, a note goes on as it was


@lru_cache(maxsize=8)
def probe_frames(rate_hz: int) -> NDArray[np.int64]:
    """The frames that stand for a whole note: blocks spread over PROBED_S."""
    first, last = PROBED_S
    starts = np.linspace(first * rate_hz, last * rate_hz, PROBE_BLOCKS).astype(np.int64)
    frames: NDArray[np.int64] = (starts[:, None] + np.arange(BLOCK_FRAMES)).ravel()
    return frames


def probe(sound: NDArray[np.floating], rate_hz: int) -> Float32:
    """Samples that stand for a note as it is played [frames]: [PROBE_BLOCKS * BLOCK_FRAMES].

    A note that ends early is silent from there on.
    """
    frames = probe_frames(rate_hz)
    inside = frames < len(sound)
    return np.where(inside, sound[frames * inside], 0).astype(np.float32)


def mixing_gain(products: NDArray[np.floating], weights: Sequence[float]) -> float:
    """Factor 1..MAX_MIXING_GAIN by which to raise the weights of notes.

    products: [n, n] inner products of the notes' probes. The mix gets the weighted mean of the
    notes' amplitudes; by the triangle inequality it never has more without the factor.
    """
    share = np.asarray(weights, dtype=np.float64)
    mixed = float(share @ products @ share)
    wanted = float(share @ np.sqrt(np.maximum(np.diag(products), 0))) ** 2
    if wanted <= 0:
        return 1.0
    return float(np.clip((wanted / max(mixed, 1e-3 * wanted)) ** 0.5, 1.0, MAX_MIXING_GAIN))
