"""Lists of pitches as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.errors import SettingsError
from audio_pipeline.pitches import parse_pitches, spread, write_pitches

pitch_sets = st.sets(st.integers(0, 127), min_size=1).map(sorted)


def test_a_range_has_both_ends() -> None:
    assert parse_pitches("24:84:4") == tuple(range(24, 85, 4))
    assert parse_pitches("60:62") == (60, 61, 62)
    assert parse_pitches("67, 60") == (60, 67)


@pytest.mark.parametrize(
    "text", ["", "a", "60:", "60:50", "60:70:0", "1:2:3:4", "60,60", "128", "-1", "60;62", "1.5"]
)
def test_what_is_no_list_of_pitches_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="pitches"):
        parse_pitches(text)


@given(pitch_sets)
def test_what_is_written_reads_back(pitches: list[int]) -> None:
    assert parse_pitches(write_pitches(pitches)) == tuple(pitches)


@given(pitch_sets, st.integers(2, 16))
def test_a_spread_has_both_ends_and_as_many_as_asked(pitches: list[int], count: int) -> None:
    some = spread(pitches, count)
    assert len(some) == min(count, len(pitches))
    assert len(set(some)) == len(some)
    assert (some[0], some[-1]) == (pitches[0], pitches[-1])
    assert set(some) <= set(pitches)
