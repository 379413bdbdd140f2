"""Finds how long a note sounds on steadily, which decides where a pack can loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.05
HOP_S = 0.01
AUDIBLE_DB = -50.0  # of the loudest window: after the last such window the note has ended
BODY_DB = 6.0  # a window belongs to the body down to so much below the median
ATTACK_DB = 3.0  # the body begins once the level is so near the median
SUSTAINED_DB_PER_S = -2.5  # falling faster, a note dies away by itself


class Steady(NamedTuple):
    """The body of a note: from the end of its attack to its release or the file's end."""

    end_s: float
    slope_db_per_s: float

    @property
    def sustained(self) -> bool:
        """Whether the note is held up by a player, not dying away."""
        return self.slope_db_per_s > SUSTAINED_DB_PER_S


def steady_part(samples: NDArray[np.float64], rate_hz: int) -> Steady:
    """The body of a mono note [frames] that begins at its onset."""
    level_db = _level_db(samples, rate_hz)
    heard = level_db[: int(np.flatnonzero(level_db >= AUDIBLE_DB)[-1]) + 1]
    median_db = float(np.median(heard))
    begin = int((heard >= median_db - ATTACK_DB).argmax())
    end = int(np.flatnonzero(heard >= median_db - BODY_DB)[-1])
    body = heard[begin : end + 1]
    slope = 0.0
    if len(body) > 2:
        slope = float(np.polyfit(np.arange(len(body)) * HOP_S, body, 1)[0])
    return Steady(min(end * HOP_S + WINDOW_S, len(samples) / rate_hz), slope)


def _level_db(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Power of windows of 50 ms, one each 10 ms, in dB below the loudest."""
    window = min(len(samples), round(WINDOW_S * rate_hz))
    energy = np.concatenate([[0.0], np.cumsum(samples**2)])
    starts = np.arange(0, len(samples) - window + 1, max(1, round(HOP_S * rate_hz)))
    power = energy[starts + window] - energy[starts]
    level_db: NDArray[np.float64] = 10 * np.log10(np.maximum(power / power.max(), 1e-12))
    return level_db
