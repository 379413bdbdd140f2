"""Crossfaded pitch zones: one loudness over all keys, whatever the stored notes have in common."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.mixer import Envelope, Mixer, Row
from device.zones import Zones

RATE_HZ = 48000
PITCHES = (57, 64)
BETWEEN = (58, 59, 60, 61, 62, 63)
CELLS = (("cell", 1.0),)


def frequency_hz(pitch: float) -> float:
    return 440 * 2 ** ((pitch - 69) / 12)


def tone(pitch: int, phase: float = 0.0, level: float = 0.3, ready: float = 1.0) -> Row:
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    wave = level * np.sin(2 * np.pi * frequency_hz(pitch) * time_s + phase)
    samples = np.round(wave * 32767).astype(np.int16)
    frames = round(ready * len(samples))
    return Row(samples, 1.0, None, 0, 0.0, RATE_HZ, ready_frames=frames)


def noise(seed: int) -> Row:
    samples = np.random.default_rng(seed).normal(0, 4000, 3 * RATE_HZ).astype(np.int16)
    return Row(samples, 1.0, None, 0, 0.0, RATE_HZ)


def gains(note: int, *rows: Row) -> list[float]:
    zones = Zones(PITCHES, crossfaded=True)
    return zones.gains(note, zones.of(note), [([row], CELLS) for row in rows])


def level_db(note: int, *rows: Row) -> float:
    """What the engine makes of it, over the second second."""
    mixer, shape = Mixer(RATE_HZ), Envelope(0.0, 0.0, 1.0, 0.1)
    for voice, (gain, row) in enumerate(zip(gains(note, *rows), rows, strict=True)):
        step = 2 ** ((note - PITCHES[voice]) / 12)
        mixer.note_on(0, voice, [row], [1.0], step=step, gain=gain, envelope=shape)
    sound: NDArray[np.float64] = mixer.render(2 * RATE_HZ)[RATE_HZ:, 0].astype(np.float64)
    return float(10 * np.log10(np.mean(sound**2)))


@pytest.mark.parametrize("note", BETWEEN)
def test_notes_in_step_are_no_louder_together(note: int) -> None:
    below, above = tone(57), tone(64)
    alone_db = 20 * math.log10(0.3 * math.sqrt(0.5))
    assert level_db(note, below, above) == pytest.approx(alone_db, abs=0.1)


@pytest.mark.parametrize("note", BETWEEN)
@pytest.mark.parametrize("phase", [0.5, 1.5, 2.0])
def test_notes_out_of_step_lose_nothing(note: int, phase: float) -> None:
    alone_db = 20 * math.log10(0.3 * math.sqrt(0.5))
    assert level_db(note, tone(57), tone(64, phase)) == pytest.approx(alone_db, abs=0.25)


@pytest.mark.parametrize("note", BETWEEN)
def test_notes_of_different_level_pass_from_one_to_the_other(note: int) -> None:
    loud, soft = tone(57, level=0.5), tone(64, level=0.1)
    share = (note - 57) / 7 * math.pi / 2
    power = (math.cos(share) * 0.5) ** 2 / 2 + (math.sin(share) * 0.1) ** 2 / 2
    assert level_db(note, loud, soft) == pytest.approx(10 * math.log10(power), abs=0.1)


def test_noises_are_crossfaded_at_constant_power() -> None:
    a, b = gains(60, noise(1), noise(2))
    assert a**2 + b**2 == pytest.approx(1, abs=0.05)


def test_opposite_notes_are_raised_by_no_more_than_six_decibels() -> None:
    a, b = gains(60, tone(57), tone(64, math.pi))
    assert math.hypot(a, b) <= 2.0


def test_on_a_stored_pitch_or_without_crossfading_one_zone_sounds_unchanged() -> None:
    for zones, note in ((Zones(PITCHES, True), 57), (Zones(PITCHES, False), 60)):
        found = zones.of(note)
        assert len(found) == 1
        assert zones.gains(note, found, [([tone(57)], CELLS)]) == [1.0]


def test_rows_that_are_still_loading_are_compared_by_what_is_there() -> None:
    halves = gains(60, tone(57, ready=0.1), tone(64, ready=0.2))
    assert halves == pytest.approx(gains(60, tone(57), tone(64)), rel=0.02)
    nothing = gains(60, tone(57, ready=0.0), tone(64))
    assert math.hypot(*nothing) == pytest.approx(1)


def test_the_strongest_cell_stands_for_all() -> None:
    zones = Zones(PITCHES, crossfaded=True)
    cells = (("faint", 0.2), ("strong", 0.8))
    found = [([noise(1), tone(57)], cells), ([noise(2), tone(64)], cells)]
    assert zones.gains(60, zones.of(60), found) == gains(60, tone(57), tone(64))
