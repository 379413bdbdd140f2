"""Loop points that fit all cells of a pack."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.loop_window import (
    MARGIN_S,
    SHORTEST_LOOP_S,
    LoopWindow,
    loop_points,
    shared_window,
)
from audio_pipeline.sources.steady import Steady
from audio_pipeline.tuning import frequency_hz

DEFAULT = LoopWindow(1.1, 2.85)


def off_cents(pitch: int, rate_hz: int, frames: int) -> float:
    periods = frames * frequency_hz(pitch) / rate_hz
    return abs(1200 * math.log2(periods / round(periods)))


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_the_usual_loops_are_whole_periods_to_a_hundredth_of_a_cent(rate_hz: int) -> None:
    for pitch in range(24, 85):
        loop = loop_points(pitch, rate_hz, DEFAULT)
        assert off_cents(pitch, rate_hz, loop.length_frames) < 0.01
        assert loop.start_frame == round(1.1 * rate_hz)
        assert 2.6 * rate_hz < loop.end_frame <= 2.85 * rate_hz + 1


@given(
    st.integers(0, 127),
    st.sampled_from([8_000, 16_000, 44_100, 48_000, 96_000]),
    st.floats(0.1, 10),
    st.floats(0.1, 5),
)
def test_any_window_gives_a_loop_inside_it(
    pitch: int, rate_hz: int, start_s: float, length_s: float
) -> None:
    """Unless not even one period fits, which happens for notes below hearing only."""
    loop = loop_points(pitch, rate_hz, LoopWindow(start_s, start_s + length_s))
    assert loop.length_frames > 0
    if length_s * frequency_hz(pitch) > 1.1:
        assert loop.end_frame <= (start_s + length_s) * rate_hz + 2
        half_a_frame = 1200 * math.log2(1 + 0.5 / loop.length_frames)
        assert off_cents(pitch, rate_hz, loop.length_frames) <= half_a_frame * 1.001


def test_long_held_notes_leave_the_window_alone() -> None:
    held = Steady(3.0, -0.5)
    assert shared_window(DEFAULT, [("a", held), ("b", held)]) == (DEFAULT, [])


def test_the_shortest_held_note_decides_and_proportions_stay() -> None:
    window, short = shared_window(DEFAULT, [("a", Steady(3.0, 0.0)), ("b", Steady(2.0, -1.0))])
    assert short == []
    assert window.end_s == pytest.approx(2.0 - MARGIN_S)
    assert window.start_s / window.end_s == pytest.approx(1.1 / 2.85)


def test_sounds_that_die_away_do_not_matter() -> None:
    assert shared_window(DEFAULT, [("bell", Steady(0.3, -40.0))]) == (DEFAULT, [])


def test_held_notes_that_are_too_short_are_named_and_do_not_matter() -> None:
    window, short = shared_window(DEFAULT, [("blip", Steady(0.7, 0.0)), ("a", Steady(2.5, 0.0))])
    assert short == ["blip"]
    assert window.end_s == pytest.approx(2.5 - MARGIN_S)


@given(st.lists(st.tuples(st.floats(0.05, 5), st.floats(-60, 3)), max_size=8))
def test_the_window_fits_all_held_notes_but_the_named(bodies: list[tuple[float, float]]) -> None:
    labelled = [(str(i), Steady(end_s, slope)) for i, (end_s, slope) in enumerate(bodies)]
    window, short = shared_window(DEFAULT, labelled)
    assert window.end_s - window.start_s >= SHORTEST_LOOP_S - 1e-9
    assert window.end_s <= DEFAULT.end_s
    for label, body in labelled:
        if body.sustained and label not in short:
            assert window.end_s <= body.end_s - MARGIN_S + 1e-9


def test_a_user_may_ask_for_a_short_window() -> None:
    wanted = LoopWindow(0.3, 0.5)
    assert shared_window(wanted, [("a", Steady(3.0, 0.0))]) == (wanted, [])
    assert shared_window(wanted, [("a", Steady(0.4, 0.0))]) == (wanted, ["a"])
