"""Tests that imported notes are measured as rendered ones are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sdcard.import_loudness import momentary_loudness_lufs


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 96_000])
@pytest.mark.parametrize("pitch_hz", [40.0, 261.6, 3000.0, 3990.0])
def test_it_is_the_pipeline_s_loudness(rate_hz: int, pitch_hz: float) -> None:
    reference = pytest.importorskip(
        "audio_pipeline.loudness", reason="needs SciPy (latentpad[designer])"
    )
    seconds = np.arange(3 * rate_hz) / rate_hz
    note = 0.3 * np.exp(-seconds) * np.sin(2 * np.pi * pitch_hz * seconds)
    expected = reference.momentary_loudness_lufs(note, rate_hz)
    found = momentary_loudness_lufs(note.astype(np.float32), rate_hz)
    assert found == pytest.approx(expected, abs=1e-3)


def test_short_and_silent_notes() -> None:
    assert momentary_loudness_lufs(np.zeros(5000, np.float32), 16_000) == -math.inf
    click = np.zeros(10, np.float32)
    click[0] = 1
    assert -60 < momentary_loudness_lufs(click, 16_000) < -30
