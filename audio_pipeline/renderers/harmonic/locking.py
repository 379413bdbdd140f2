"""Keeps the partials of a mix in step with its sources' partials.

A mix's partials follow the mean frequency of the sources' partials. Two sources that waver (an
ensemble, a hand's vibrato) drift apart by many cycles while a note is held, and every cell
between them drifts by its share: neighbouring cells, which the player mixes, would cancel. So
each partial is also pulled, by a few hertz at most, towards the phase of the sources'
weighted sum, as a free oscillator locks to a signal near its own frequency (Adler 1946). Sources
whose partials differ by more than the pull, as a stretched piano's and an organ's, still meet at
the frequency between them.
"""

from __future__ import annotations

import numpy as np

from .numeric import Complex64, Float32, Float64

PULL_HZ = 3.0  # largest change of a partial's frequency


def lock(target: Complex64, steps: Float32, from_row: int, row_s: float) -> tuple[Float64, Float32]:
    """Phases at row 0 [harmonics] and steps [rows - 1, harmonics] that follow `target`.

    target: [rows, harmonics], at most 1 long: the phase to keep to, and how firmly. Before
    `from_row` (in the attack) the steps stay as they are; there the phase is the target's.
    """
    pull = np.float32(2 * np.pi * PULL_HZ * row_s)
    first = np.angle(target[from_row]).astype(np.float64)
    locked = steps.copy()
    phase = first.astype(np.float32)
    for row in range(from_row, len(steps)):
        along = target[row]
        change = pull * (along.imag * np.cos(phase) - along.real * np.sin(phase))
        locked[row] += change
        phase += locked[row]
        if row % 64 == 0:
            phase %= np.float32(2 * np.pi)
    start = first - steps[:from_row].sum(0, dtype=np.float64)
    return start, locked
