"""How loud a note is: the filters and the window of ITU-R BS.1770-4, whoever runs the filters."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

WINDOW_S, HOP_S = 0.4, 0.01
OFFSET_DB = -0.691

# The two stages of K-weighting as analogue prototypes, so that they can be made for any rate;
# at 48 kHz they give the coefficients printed in BS.1770 (De Man, "Evaluation of Implementations
# of the EBU R128 Loudness Measurement", 2018).
SHELF_HZ, SHELF_DB, SHELF_Q, SHELF_SLOPE = (
    1681.974450955533,
    3.999843853973347,
    0.7071752369554196,
    0.4996667741545416,
)
HIGH_PASS_HZ, HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773

Biquad = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Coefficients of the samples and of the results, z^0 first; the first of the latter is 1."""


def k_weighting(rate_hz: int) -> tuple[Biquad, Biquad]:
    """The high shelf (the head) and the high-pass, one after the other."""
    k = math.tan(math.pi * SHELF_HZ / rate_hz)
    high = 10 ** (SHELF_DB / 20)
    band = high**SHELF_SLOPE
    shelf = [
        high + band * k / SHELF_Q + k * k,
        2 * (k * k - high),
        high - band * k / SHELF_Q + k * k,
    ]
    lifted = _biquad(shelf, k, SHELF_Q)
    k = math.tan(math.pi * HIGH_PASS_HZ / rate_hz)
    a0 = 1 + k / HIGH_PASS_Q + k * k
    return lifted, _biquad([a0, -2 * a0, a0], k, HIGH_PASS_Q)


def _biquad(numerator: list[float], k: float, q: float) -> Biquad:
    a0 = 1 + k / q + k * k
    return np.array(numerator) / a0, np.array([1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])


def loudest_lufs(weighted: NDArray[np.float64], rate_hz: int) -> float:
    """Loudness of the loudest 400 ms of a mono note [frames] that has been through the filters.

    Full scale is 1; -inf for silence. Notes shorter than 400 ms count with the silence after
    them, as a meter shows them.
    """
    window = round(WINDOW_S * rate_hz)
    energy = np.concatenate([[0.0], np.cumsum(weighted**2)])
    starts = np.arange(0, max(1, len(weighted) - window + 1), max(1, round(HOP_S * rate_hz)))
    ends = np.minimum(starts + window, len(weighted))
    loudest = float(np.max(energy[ends] - energy[starts])) / window
    return OFFSET_DB + 10 * math.log10(loudest) if loudest > 0 else -math.inf
