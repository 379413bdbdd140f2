"""Metrics of a path against its corners, two on an edge and four across the pad."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from audio_pipeline.quality.bands import BANDS, audible_db
from audio_pipeline.quality.features import NoteFeatures
from audio_pipeline.quality.fine_pitch import FinePitch
from audio_pipeline.quality.gates import Kind
from audio_pipeline.quality.paths import Path, measure_path

COUNT = 9


def note(share: float) -> NoteFeatures:
    """On the straight way from a quick decaying note to a slow sustained one."""
    bands = np.tile(10 ** (np.linspace(2, -2, BANDS) * (1 - 2 * share)), (20, 1))
    return NoteFeatures(
        pitch=60,
        bands=bands.astype(np.float32),
        bands_db=audible_db(bands.astype(np.float32)),
        loudness_lufs=-24.0 + 2 * share,
        peak_dbfs=-6.0,
        attack_log10_s=-2.0 + share,
        late_db=-40.0 * (1 - share),
        modulation_db=1.0,
        click_db=3.0,
        tuning=FinePitch(4 * share, 1.0),
    )


def edge(cells: list[NoteFeatures]) -> Path:
    weights = np.linspace([1, 0], [0, 1], len(cells))
    return Path(cells, [cells[0], cells[-1]], weights)


def straight() -> list[NoteFeatures]:
    return [note(share) for share in np.linspace(0, 1, COUNT)]


def changed(cell: int, **values: object) -> dict[str, float]:
    """Metrics of the straight way with one cell changed; all but the blamed cell must be right."""
    cells = straight()
    cells[cell] = replace(cells[cell], **values)
    metrics = measure_path(edge(cells))
    blamed = {name for name, measured in metrics.items() if measured.cell == cell}
    assert blamed
    return {name: metrics[name].value for name in blamed}


def test_the_straight_way_deviates_nowhere() -> None:
    metrics = measure_path(edge(straight()))
    for name in ("late_dev", "att_dev", "lev_dev", "mod_x", "click_x", "cents_x"):
        assert metrics[name].value == pytest.approx(0, abs=1e-9), name


def test_each_deviation_is_measured_in_its_unit() -> None:
    assert changed(2, late_db=-10.0)["late_dev"] == pytest.approx(0.5)
    assert changed(6, attack_log10_s=-1.5)["att_dev"] == pytest.approx(0.25)
    assert changed(5, loudness_lufs=-20.0)["lev_dev"] == pytest.approx(2.75)
    assert changed(3, modulation_db=1.7)["mod_x"] == pytest.approx(0.7)
    assert changed(1, click_db=12.0)["click_x"] == pytest.approx(9)
    assert changed(7, tuning=FinePitch(19.0, 1.0))["cents_x"] == pytest.approx(15)
    assert changed(7, tuning=FinePitch(-8.0, 1.0))["cents_x"] == pytest.approx(8)


def test_a_note_at_the_peak_limit_may_be_quieter_but_not_louder() -> None:
    cells = straight()
    cells[4] = replace(cells[4], loudness_lufs=-26.0, peak_dbfs=-1.0)
    assert measure_path(edge(cells))["lev_dev"].value == pytest.approx(0, abs=1e-9)
    cells[4] = replace(cells[4], loudness_lufs=-20.0, peak_dbfs=-1.0)
    assert measure_path(edge(cells))["lev_dev"].value == pytest.approx(3)


def test_alike_corners_do_not_judge_decay_and_attack() -> None:
    cells = [replace(cell, late_db=-5.0, attack_log10_s=-2.0) for cell in straight()]
    metrics = measure_path(edge(cells))
    assert np.isnan(metrics["late_dev"].value)
    assert np.isnan(metrics["att_dev"].value)


def test_drums_have_no_pitch_to_judge() -> None:
    cells = straight()
    cells[0] = replace(cells[0], tuning=FinePitch(50.0, 0.1))
    path = edge(cells)
    assert path.kind is Kind.DRUMS
    assert np.isnan(measure_path(path)["cents_x"].value)


def test_a_silent_corner_judges_nothing() -> None:
    cells = straight()
    cells[-1] = replace(cells[-1], loudness_lufs=float("-inf"))
    assert measure_path(edge(cells)) == {}


def test_two_cells_are_no_path() -> None:
    assert measure_path(edge([note(0), note(1)])) == {}


def test_across_the_pad_cells_are_compared_with_all_four_corners() -> None:
    shares = np.linspace(0, 1, COUNT)
    weights = np.array([[(1 - s) ** 2, s * (1 - s), s * (1 - s), s * s] for s in shares])
    corner_levels = np.array([-30.0, -20.0, -24.0, -22.0])
    corners = [replace(note(0), loudness_lufs=level) for level in corner_levels]
    cells = [replace(note(0), loudness_lufs=level) for level in weights @ corner_levels]
    metrics = measure_path(Path(cells, corners, weights))
    assert metrics["lev_dev"].value == pytest.approx(0, abs=1e-9)
    assert "even" not in metrics
