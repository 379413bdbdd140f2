"""Metrics of the way from sound A to sound B: even steps, the middle in the middle, no mere mix."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.bands import Float32, distance_db
from audio_pipeline.quality.features import NoteFeatures
from audio_pipeline.quality.mixfit import mixes_db, mixfit_db
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured, worst

ALIKE_DB = 1.0  # ends closer than this are one sound: there is no way to judge
MIXES_DIFFER_DB = 12.0  # between ends closer than this good morphs look like mixes, too
STEP_TOLERANCE_DB = 0.25

Array = NDArray[np.float64]


def timbre_metrics(cells: Sequence[NoteFeatures]) -> dict[str, Measured]:
    """mono, even, mid_pos and mixfit of the way from the first cell to the last (three or more)."""
    apart_db = distance_db(cells[0].bands_db, cells[-1].bands_db)
    if apart_db < ALIKE_DB:
        return {}
    metrics = _steps([cell.bands_db for cell in cells])
    metrics["mixfit"] = _mixfit(cells) if apart_db >= MIXES_DIFFER_DB else NOT_APPLICABLE
    return metrics


def distances_db(cells: Sequence[Float32]) -> tuple[Array, Array, Array]:
    """Distances of band levels: to the first cell, to the last (both [cells]), to the next."""
    to_first = np.array([distance_db(cell, cells[0]) for cell in cells])
    to_last = np.array([distance_db(cell, cells[-1]) for cell in cells])
    steps = np.array([distance_db(a, b) for a, b in pairwise(cells)])
    return to_first, to_last, steps


def _steps(cells: Sequence[Float32]) -> dict[str, Measured]:
    to_first, to_last, steps = distances_db(cells)
    onward = np.diff(to_first) >= -STEP_TOLERANCE_DB
    nearer = np.diff(to_last) <= STEP_TOLERANCE_DB
    middle = len(steps) // 2
    position = to_first[middle] / (to_first[middle] + to_last[middle])
    largest = worst(steps / steps.mean())
    back = np.flatnonzero(~(onward & nearer))
    return {
        "mono": Measured(float(np.mean([onward, nearer])), int(back[0]) + 1 if len(back) else None),
        "even": largest,
        "mid_pos": Measured(float(abs(position - middle / len(steps))), middle),
    }


def _mixfit(cells: Sequence[NoteFeatures]) -> Measured:
    """Mean over the cells next to the middle (corners excepted)."""
    middle = len(cells) // 2
    around = range(max(1, middle - 1), min(len(cells) - 1, middle + 2))
    mixes = mixes_db(cells[0].bands, cells[-1].bands)
    return Measured(
        float(np.mean([mixfit_db(cells[index].bands, mixes) for index in around])), middle
    )
