"""Minutes of random playing: nothing leaks, only finite sound leaves, no page is missing."""

from __future__ import annotations

from types import ModuleType

SECONDS = 120.0


def test_random_playing_leaves_nothing_behind(soak: ModuleType) -> None:
    """The same for hours: tests/bench/soak_bench.py."""
    result = soak.run(SECONDS)
    assert result["frames"] >= SECONDS * soak.RATE_HZ
    assert 0.5 < result["loudest"] <= 1.0  # a NaN would fail both
    assert result["nonfinite"] == result["dropped_commands"] == 0
    assert result["late_events"] > 0  # it was as merciless as it says
    assert result["starved_rows"] > 0
    assert result["ignored_events"] > 0
    assert result["active_voices"] == result["fading_voices"] == 0
    assert result["rows_held"] == result["rows_left"] == 0
    assert result["page_faults_rendering"] == 0
    assert result["memory_grown_mib"] < 8
