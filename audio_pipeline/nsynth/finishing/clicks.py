"""Takes single clicks out of a sound: now and then the network draws an unlikely sample.

Godsill and Rayner 1998, "Digital Audio Restoration", chapters 5 and 6: a click stands out of the
error of a linear prediction; the samples around it are put where the prediction's error is least.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve, solve_toeplitz
from scipy.ndimage import maximum_filter1d
from scipy.signal import lfilter

ORDER = 24
BLOCK_S = 0.05
ATTACK_S = 0.03  # a note may begin with a click of its own
STANDS_OUT = 3.0  # over what lies whole periods away: pulses come once a period
PERIODS = 2  # on either side
PERIOD_SHARE = 0.08  # of a period: how exactly pulses come back
OVER_NOISE = 8.0  # over the usual size
LEAST = 0.01  # of full scale
COARSE = 0.15  # of the sound around: three of mu-law's steps there
MOST_CLICKS = 50  # in a note: more are its nature
REPAIRED = 3  # samples on either side

Samples = NDArray[np.float64]  # [frames]


def without_clicks(samples: Samples, rate_hz: int, pitch_hz: float) -> tuple[Samples, int]:
    """The sound without its clicks, and how many there were."""
    block = round(BLOCK_S * rate_hz)
    least = np.maximum(LEAST, COARSE * maximum_filter1d(np.abs(samples), 2 * ORDER + 1))
    clicks = _clicks(_click_sizes(samples, block), least, rate_hz, pitch_hz)
    if len(clicks) > MOST_CLICKS:
        return samples, 0
    repaired = samples.copy()
    for click in clicks:
        _repair(repaired, int(click), block, rate_hz / pitch_hz)
    return repaired, len(clicks)


def _click_sizes(samples: Samples, block: int) -> Samples:
    """For each sample, how large a click there would be: the prediction's error, matched.

    A click leaves its trace in the errors of the samples after it; weighing these by the
    prediction's own taps gives the click's size (Godsill and Rayner, section 5.3.1).
    """
    size = np.zeros(len(samples))
    for begin in range(0, len(samples), block):
        taps = _predictor(samples[max(0, begin - block) : begin + 2 * block])
        first = max(0, begin - ORDER)
        part = np.pad(samples[first : begin + block + ORDER], (0, ORDER))
        error = lfilter(taps, [1.0], part)
        matched = np.correlate(error, taps, "valid") / (taps @ taps)
        stop = min(begin + block, len(samples))
        size[begin:stop] = matched[begin - first : stop - first]
    return np.abs(size)


def _predictor(stretch: Samples) -> Samples:
    """The filter [1, -a1, -a2, ..] whose output is the prediction's error."""
    windowed = stretch * np.hanning(len(stretch))
    lags = np.correlate(windowed, windowed, "full")[len(windowed) - 1 :][: ORDER + 1]
    lags = np.pad(lags, (0, ORDER + 1 - len(lags)))
    lags[0] = lags[0] * (1 + 1e-6) + 1e-12
    taps = solve_toeplitz(lags[:-1], lags[1:])
    return np.concatenate([[1.0], -taps])


def _clicks(size: Samples, least: Samples, rate_hz: int, pitch_hz: float) -> NDArray[np.intp]:
    """Where a size stands alone."""
    period = rate_hz / pitch_hz
    near = max(2, round(PERIOD_SHARE * period))
    local = maximum_filter1d(size, 2 * near + 1, mode="constant")
    nearest = math.ceil(2 * ORDER / period)  # a click's own trace is no witness
    beside = np.zeros_like(size)
    for count in range(nearest, nearest + PERIODS):
        lag = round(count * period)
        for moved in (_shifted(local, lag), _shifted(local, -lag)):
            np.maximum(beside, moved, out=beside)
    usual = np.median(size) / 0.6745
    peak = size >= maximum_filter1d(size, 2 * ORDER + 1, mode="constant")
    found = peak & (size > STANDS_OUT * beside) & (size > np.maximum(least, OVER_NOISE * usual))
    found[: round(ATTACK_S * rate_hz)] = False
    found[len(found) - ORDER :] = False  # the end itself
    return np.flatnonzero(found)


def _shifted(values: Samples, by: int) -> Samples:
    """The values `by` samples later; what comes in is 0."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved


def _repair(samples: Samples, click: int, block: int, period: float) -> None:
    """Put the samples around a click where the prediction's squared error is least, in place.

    What is predicted is the change since an earlier period, if that is small: pulses come back.
    """
    first, last = max(0, click - REPAIRED), min(len(samples), click + REPAIRED + 1)
    begin, end = max(0, first - block), min(len(samples), last + block)
    unknown = np.arange(first - begin, last - begin)
    earlier = _earlier(samples, begin, end, unknown, period)
    part = samples[begin:end] - earlier
    samples[first:last] = earlier[unknown] + _interpolated(part, unknown)


def _earlier(
    samples: Samples, begin: int, end: int, unknown: NDArray[np.intp], period: float
) -> Samples:
    """The period before [begin, end) that is most like it; zeros if none is."""
    known = np.ones(end - begin, bool)
    known[unknown] = False
    best = np.zeros(end - begin)
    least = float(np.sum(samples[begin:end][known] ** 2)) / 2
    count = math.ceil(2 * ORDER / period)
    for lag in range(math.floor(count * period) - 2, math.ceil(count * period) + 3):
        if lag <= begin:
            before = samples[begin - lag : end - lag]
            distance = float(np.sum((samples[begin:end] - before)[known] ** 2))
            if distance < least:
                best, least = before.copy(), distance
    return best


def _interpolated(part: Samples, unknown: NDArray[np.intp]) -> Samples:
    """The unknown samples of a part, from all others."""
    known = part.copy()
    sides = np.clip([unknown[0] - 1, unknown[-1] + 1], 0, len(part) - 1)
    known[unknown] = np.interp(unknown, sides, part[sides])
    taps = _predictor(known)
    known[unknown] = 0
    rows = np.arange(max(ORDER, unknown[0]), min(len(part), unknown[-1] + ORDER + 1))
    matrix = np.zeros((len(rows), len(part)))
    for delay, tap in enumerate(taps):
        matrix[np.arange(len(rows)), rows - delay] = tap
    inner = matrix[:, unknown]
    normal = inner.T @ inner + 1e-9 * np.eye(len(unknown))
    solved: Samples = solve(normal, -inner.T @ (matrix @ known), assume_a="pos")
    return solved
