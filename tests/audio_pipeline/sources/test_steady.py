"""How long a note sounds on steadily."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.sources.steady import steady_part

RATE_HZ = 16_000


@pytest.mark.parametrize("name", ["steady_additive", "vibrato_saw", "odd_harmonics"])
@pytest.mark.parametrize("pitch", [24, 60, 84])
def test_held_sounds_are_steady_until_they_are_let_go(
    synthetic: ModuleType, name: str, pitch: int
) -> None:
    body = steady_part(getattr(synthetic, name)(pitch, RATE_HZ), RATE_HZ)
    assert body.sustained
    assert body.end_s == pytest.approx(3.0, abs=0.12)


def test_sounds_that_die_away_are_not(synthetic: ModuleType) -> None:
    for name in ("decaying_bar", "noise_burst"):
        body = steady_part(getattr(synthetic, name)(60, RATE_HZ), RATE_HZ)
        assert not body.sustained


@pytest.mark.parametrize("slope_db_per_s", [-30.0, -6.0, -1.0, 0.0])
def test_the_slope_is_measured(slope_db_per_s: float) -> None:
    t = np.arange(3 * RATE_HZ) / RATE_HZ
    body = steady_part(np.sin(2 * np.pi * 440 * t) * 10 ** (slope_db_per_s * t / 20), RATE_HZ)
    assert body.slope_db_per_s == pytest.approx(slope_db_per_s, abs=0.3)
    assert body.sustained == (slope_db_per_s > -2.5)


def test_a_file_that_ends_while_it_sounds_is_steady_to_its_end() -> None:
    body = steady_part(np.sin(np.arange(2 * RATE_HZ) * 0.3), RATE_HZ)
    assert body.end_s == pytest.approx(2.0, abs=0.02)


def test_a_long_silence_behind_the_note_does_not_count() -> None:
    tone = np.sin(np.arange(2 * RATE_HZ) * 0.3)
    body = steady_part(np.concatenate([tone, np.zeros(8 * RATE_HZ)]), RATE_HZ)
    assert body.sustained
    assert body.end_s == pytest.approx(2.0, abs=0.06)


def test_the_shortest_note_is_measured() -> None:
    assert steady_part(np.sin(np.arange(10) * 0.3), RATE_HZ).end_s > 0
