"""Where the particles of the home screen are: drawn to the finger, livelier while notes sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

COUNT = 48
QUIET_COUNT = 28  # shown while nothing sounds
FALLING = 0.4  # of them spiral into the finger, the others circle it
STRETCH = 1.4  # the display is wide
LAP_RATE = (0.25, 0.9)  # rad/s
FALL_S = (2.5, 6.0)
FARTHEST = 46.0  # dots
SHAKE = 7.0  # dots, at full energy
GRAIN_ENERGY = 0.5  # from here on every third particle is bigger


def energy(voices: int, peak: float) -> float:
    """How lively it is, 0..1: nothing while no voice sounds, then by how loud it is."""
    return 0.0 if voices <= 0 else 0.4 + 0.6 * min(max(peak, 0.0), 1.0)


def _hashes(seed: int) -> Values:
    """A fixed number 0..1 for every particle: the fractions of multiples of an irrational."""
    index = np.arange(1, COUNT + 1)
    return np.asarray((index * (0.6180339887 + 0.1327 * seed) + index**2 * 0.3247 * seed) % 1.0)


ORBIT, PHASE, PACE, TREMBLE = (_hashes(seed) for seed in range(4))


def positions(time_s: float, x: float, y: float, lively: float) -> Values:
    """(particle, x and y) in dots around a finger at (x, y) in dots.

    They move without jumps, but that one which has fallen in begins again far out. So only sizes
    depend on `lively`, never rates: a change of it must not turn the phases over.
    """
    way = np.where(TREMBLE < 0.5, -1.0, 1.0)
    lap = LAP_RATE[0] + (LAP_RATE[1] - LAP_RATE[0]) * PACE
    angle = 2 * np.pi * PHASE + way * lap * time_s
    radius = (5 + 20 * ORBIT) * (0.8 + 0.35 * lively)
    fall = (time_s / (FALL_S[0] + (FALL_S[1] - FALL_S[0]) * PACE) + ORBIT) % 1.0
    is_falling = np.arange(COUNT) % 5 < 5 * FALLING
    radius = np.where(is_falling, FARTHEST * (0.6 + 0.4 * PHASE) * (1 - fall) ** 0.8, radius)
    angle = np.where(is_falling, angle + 2.5 * fall**2 * way, angle)
    radius = radius + SHAKE * lively * np.sin(time_s * (5 + 6 * TREMBLE) + 2 * np.pi * ORBIT)
    return np.stack([x + STRETCH * radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def visible(lively: float) -> int:
    """How many of the particles are shown."""
    return QUIET_COUNT + round((COUNT - QUIET_COUNT) * lively)
