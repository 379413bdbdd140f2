"""Metrics of a morph path: what happens to a note as a finger goes from corner to corner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.quality.features import NoteFeatures
from audio_pipeline.quality.gates import Kind
from audio_pipeline.quality.timbre import timbre_metrics
from audio_pipeline.quality.values import NOT_APPLICABLE, Measured, worst

LATE_SPREAD_DB = 10.0  # corners whose late levels lie closer than this decay alike
ATTACK_SPREAD_LOG10 = 0.4  # a factor of 2.5 between the attack times

HIGHEST_PEAK_DBFS = -1.1  # from here on a note is at the limit of -1 dBFS
FAINT_TONE = 0.35  # a tone between two tones may be less clear than they are

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

    @property
    def kind(self) -> Kind:
        """Whether drums or noise sound on it."""
        return kind_of(self.corners)


def kind_of(corners: Sequence[NoteFeatures]) -> Kind:
    """TONES if all corners have a pitch, else DRUMS."""
    return Kind.TONES if all(corner.is_pitched for corner in corners) else Kind.DRUMS


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
    """Loudness against the weighted mean of the corners' loudness, in dB.

    A note may be quieter than that where its peak is already as high as it may be.
    """
    expected = path.weights @ np.array([corner.loudness_lufs for corner in path.corners])
    off = np.array([cell.loudness_lufs for cell in path.cells]) - expected
    capped = np.array([cell.peak_dbfs > HIGHEST_PEAK_DBFS for cell in path.cells])
    return worst(np.abs(np.where(capped, np.maximum(0, off), off)))


def _cents_outside(path: Path) -> Measured:
    """How far the pitch of a cell lies outside the range of its corners; only between tones."""
    if path.kind is not Kind.TONES:
        return NOT_APPLICABLE
    corners = [corner.tuning.cents for corner in path.corners]
    inner = np.array([cell.tuning.cents for cell in path.cells[1:-1]])
    heard = np.array([cell.tuning.tone_share > FAINT_TONE for cell in path.cells[1:-1]])
    outside = np.maximum(inner - max(corners), min(corners) - inner)
    return worst(np.where(heard, np.maximum(0, outside), 0), first_cell=1)
