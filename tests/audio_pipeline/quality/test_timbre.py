"""Metrics of the way between two timbres, on spectra made up for the purpose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from audio_pipeline.quality.bands import BANDS, audible_db
from audio_pipeline.quality.features import NoteFeatures
from audio_pipeline.quality.fine_pitch import FinePitch
from audio_pipeline.quality.timbre import timbre_metrics

HOPS = 20
LOW = np.linspace(20, -20, BANDS)  # two straight spectra in dB, 23 dB apart
HIGH = -LOW


def note(level_db: np.ndarray) -> NoteFeatures:
    bands = np.tile(10 ** (level_db / 10), (HOPS, 1)).astype(np.float32)
    return NoteFeatures(
        60, bands, audible_db(bands), -23.0, -6.0, -2.0, 0.0, 0.0, 0.0, FinePitch(0.0, 1.0)
    )


def way(shares: Sequence[float]) -> list[NoteFeatures]:
    return [note((1 - share) * LOW + share * HIGH) for share in shares]


def test_an_even_way_is_even() -> None:
    metrics = timbre_metrics(way(np.linspace(0, 1, 9)))
    assert metrics["mono"].value == 1
    assert metrics["even"].value == pytest.approx(1, abs=1e-3)
    assert metrics["mid_pos"].value == pytest.approx(0, abs=1e-3)
    assert metrics["mixfit"].value > 3


def test_a_jump_is_uneven_and_named() -> None:
    metrics = timbre_metrics(way([0, 0.02, 0.04, 0.06, 0.9, 0.94, 0.96, 0.98, 1]))
    assert metrics["even"].value > 5
    assert metrics["even"].cell == 3
    assert metrics["mid_pos"].value == pytest.approx(0.4, abs=0.01)


def test_a_way_back_is_not_monotonic() -> None:
    metrics = timbre_metrics(way([0, 0.2, 0.5, 0.3, 0.4, 0.6, 0.8, 0.9, 1]))
    assert metrics["mono"].value == pytest.approx(1 - 2 / 16)
    assert metrics["mono"].cell == 3


def test_a_mere_mix_is_found_out() -> None:
    powers = [(1 - s) * 10 ** (LOW / 10) + s * 10 ** (HIGH / 10) for s in np.linspace(0, 1, 9)]
    assert timbre_metrics([note(10 * np.log10(p)) for p in powers])["mixfit"].value < 0.5


def test_between_equal_sounds_there_is_nothing_to_say() -> None:
    assert timbre_metrics(way([0.5] * 9)) == {}


def test_mixfit_says_nothing_between_similar_sounds() -> None:
    metrics = timbre_metrics(way(np.linspace(0.4, 0.6, 9)))
    assert np.isnan(metrics["mixfit"].value)
    assert metrics["even"].value == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("cells", [3, 4, 11])
def test_grids_of_other_sizes(cells: int) -> None:
    metrics = timbre_metrics(way(np.linspace(0, 1, cells)))
    assert metrics["mid_pos"].value == pytest.approx(0, abs=1e-3)
    assert metrics["mixfit"].value > 2
