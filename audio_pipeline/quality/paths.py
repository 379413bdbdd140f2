"""Metrics of a morph path: what happens to a note as a finger goes from corner to corner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.features import NoteFeatures
from audio_pipeline.quality.timbre import timbre_metrics
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured, worst

LATE_SPREAD_DB = 10.0  # corners whose late levels lie closer than this decay alike
ATTACK_SPREAD_LOG10 = 0.4  # a factor of 2.5 between the attack times

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """Notes of one pitch along the pad, from corner to corner.

    corners: the corner notes that have any weight on the path; weights: [cells, corners].
    On an edge these are the two ends and all metrics apply; a diagonal passes through four
    sounds, so only the metrics that compare a cell with all its corners do.
    """

    cells: Sequence[NoteFeatures]
    corners: Sequence[NoteFeatures]
    weights: Array

    @property
    def is_edge(self) -> bool:
        """Only the two ends sound on it."""
        return len(self.corners) == 2


def measure_path(path: Path) -> dict[str, Measured]:
    """All metrics of a path by name; NaN where one does not apply (see quality.gates)."""
    if len(path.cells) < 3 or any(corner.is_silent for corner in path.corners):
        return {}
    metrics = timbre_metrics(path.cells) if path.is_edge else {}
    metrics["late_dev"] = _deviation(path, lambda note: note.late_db, LATE_SPREAD_DB)
    metrics["att_dev"] = _deviation(path, lambda note: note.attack_log10_s, ATTACK_SPREAD_LOG10)
    metrics["mod_x"] = _excess(path, lambda note: note.modulation_db)
    metrics["click_x"] = _excess(path, lambda note: note.click_db)
    metrics["lev_dev"] = _level_deviation(path)
    metrics["cents_x"] = _cents_outside(path)
    return metrics


def _deviation(path: Path, of: Callable[[NoteFeatures], float], least_spread: float) -> Measured:
    """Largest distance of a cell from its corners' weighted mean, in units of their spread."""
    corners = np.array([of(corner) for corner in path.corners])
    spread = float(np.ptp(corners))
    if spread < least_spread:
        return NOT_APPLICABLE
    return worst(np.abs([of(cell) for cell in path.cells] - path.weights @ corners) / spread)


def _excess(path: Path, of: Callable[[NoteFeatures], float]) -> Measured:
    """How much further than its corners the worst inner cell goes."""
    allowed = max(of(corner) for corner in path.corners)
    return worst(np.array([of(cell) for cell in path.cells[1:-1]]) - allowed, first_cell=1)


def _level_deviation(path: Path) -> Measured:
    """Loudness against the weighted mean of the corners' loudness, in dB."""
    expected = path.weights @ np.array([corner.loudness_lufs for corner in path.corners])
    return worst(np.abs([cell.loudness_lufs for cell in path.cells] - expected))


def _cents_outside(path: Path) -> Measured:
    """How far the pitch of a cell lies outside the range of its corners; only between tones."""
    corners = [corner.cents for corner in path.corners]
    inner = np.array([cell.cents for cell in path.cells[1:-1]])
    if np.isnan(corners).any() or np.isnan(inner).all():
        return NOT_APPLICABLE
    outside = np.maximum(inner - max(corners), min(corners) - inner)
    return worst(np.maximum(0, np.nan_to_num(outside, nan=0.0)), first_cell=1)
