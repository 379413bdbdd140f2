"""Minutes of random playing: nothing leaks, only finite sound leaves, no page is missing."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from device.engine.mixer import NOW, Envelope, Mixer, Row

SECONDS = 120.0
STEALS = 20_000


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


def test_a_voice_can_be_stolen_for_ever() -> None:
    """Each stolen note comes back, or a mixer would take no more after some thousands of them."""
    mixer = Mixer(48000, max_voices=1, commands=32)
    row = Row(np.full(4800, 1000, np.int16), 1.0, 0, 4800, 0.0, 48000)
    shape = Envelope(0.0, 0.0, 1.0, 0.0)
    for _ in range(STEALS):
        assert mixer.note_on(NOW, 0, [row], [1.0], step=1.0, gain=0.5, envelope=shape)
        mixer.render(64)
    assert mixer.collect() == []  # the latest still sounds
    mixer.note_off(NOW, 0)
    mixer.render(4800)
    assert mixer.collect() == [0]
    assert mixer.counters().dropped_commands == mixer.counters().rows_held == 0
