"""Held notes between two cells: dips in dB that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.quality.held import dip_db, held_metrics

RATE_HZ = 16_000
TIME_S = np.arange(RATE_HZ) / RATE_HZ


def tone(phase: float = 0.0, amplitude: float = 0.3, frequency_hz: float = 250.0) -> np.ndarray:
    turned = np.sin(2 * np.pi * frequency_hz * TIME_S + phase)
    return (amplitude * turned).astype(np.float32)


@pytest.mark.parametrize(
    ("phase", "expected_db"), [(0.0, 0.0), (np.pi / 2, 3.01), (2 * np.pi / 3, 6.02)]
)
def test_dip_of_two_phases(phase: float, expected_db: float) -> None:
    assert dip_db(tone(), tone(phase), RATE_HZ) == pytest.approx(expected_db, abs=0.02)


def test_unequal_levels_together_do_not_dip() -> None:
    assert dip_db(tone(), tone(amplitude=0.01), RATE_HZ) == pytest.approx(0, abs=0.01)


def test_noises_that_are_strangers_dip_by_3_db() -> None:
    noises = np.random.default_rng(5).standard_normal((2, 4 * RATE_HZ)).astype(np.float32)
    assert dip_db(*noises, RATE_HZ).mean() == pytest.approx(3.01, abs=0.2)


def test_a_note_that_has_ended_is_no_dip() -> None:
    ended = tone()
    ended[RATE_HZ // 2 :] = 0
    dips = dip_db(tone(), ended, RATE_HZ)
    assert np.median(dips) == pytest.approx(0, abs=0.01)
    assert dips.max() < 1  # while it ends


def test_what_the_player_raises_is_no_dip() -> None:
    notes = [tone(), tone(), tone(np.pi / 2), tone(np.pi / 2)]
    assert held_metrics(notes, RATE_HZ)["hold_dip_worst"].value == pytest.approx(0, abs=0.05)


def test_the_worst_neighbours_are_named() -> None:
    """Near-opposites: 20 dB down, of which the player makes up for 6."""
    phase = 2 * np.arccos(0.1)
    notes = [tone(), tone(), tone(phase), tone(phase)]
    metrics = held_metrics(notes, RATE_HZ)
    assert metrics["hold_dip"].value == pytest.approx(13.98 / 3, abs=0.05)
    assert metrics["hold_dip_worst"].value == pytest.approx(13.98, abs=0.05)
    assert metrics["hold_dip_worst"].cell == 1


def test_silence_is_not_judged() -> None:
    assert held_metrics([tone(), tone(), np.zeros_like(tone())], RATE_HZ) == {}


def test_two_corners_without_cells_between_them_are_strangers() -> None:
    assert held_metrics([tone(), tone()], RATE_HZ) == {}
