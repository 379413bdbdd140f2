"""Arithmetic of playing: zones of pitches, rates, gains."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import mapping
from device.pack.places import nearest_pitch

unit = st.floats(0, 1)


@given(st.integers(0, 127), st.sets(st.integers(0, 127), min_size=1))
def test_zones_of_a_key_have_constant_power_and_lie_around_it(note: int, pitches: set[int]) -> None:
    zones = mapping.pitch_zones(note, sorted(pitches))
    assert sum(gain**2 for _, gain in zones) == pytest.approx(1)
    if note in pitches or not min(pitches) < note < max(pitches):
        assert zones == ((nearest_pitch(note, sorted(pitches)), 1.0),)
    else:
        (below, _), (above, _) = zones
        assert below < note < above
        assert not any(below < pitch < above for pitch in pitches)


def test_the_nearer_zone_is_the_louder_one() -> None:
    gains = [dict(mapping.pitch_zones(note, (60, 64)))[60] for note in (60, 61, 62, 63)]
    assert gains == sorted(gains, reverse=True)
    assert gains[2] == pytest.approx(math.sqrt(0.5))


def test_an_octave_doubles_the_step() -> None:
    assert mapping.playback_step(12, 16000, 48000) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("curve", "half"), [("natural", 0.25), ("linear", 0.5), ("fixed", 1)])
def test_velocity_curves(curve: str, half: float) -> None:
    assert mapping.velocity_gain(127, curve) == 1
    assert mapping.velocity_gain(64, curve) == pytest.approx(half, rel=0.02)


def test_wheel_and_pan_ends_and_centres_are_exact() -> None:
    assert [mapping.bend_amount(w) for w in (0, 8192, 16383)] == [-1, 0, 1]
    assert [mapping.pan_position(v) for v in (0, 64, 127)] == [-1, 0, 1]


def test_dials_multiply() -> None:
    ends = [mapping.pot_seconds(turn, 0.001, 10) for turn in (0, 0.5, 1)]
    assert ends == pytest.approx([0.001, 0.1, 10])


@given(unit, st.integers(1, 10**7))
def test_a_start_position_lies_within_the_note(position: float, frames: int) -> None:
    assert 0 <= mapping.start_frame(position, frames) < frames
