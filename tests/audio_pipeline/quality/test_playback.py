"""Playing whole arrays gives what the slow playback law gives."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.quality.playback import play, stored_samples
from device.pack import Loop, NoteInfo, PlayMode, unroll

RATE_HZ = 8000
LOOP = Loop(100, 37)
SAMPLES = np.random.default_rng(2).integers(-32768, 32767, LOOP.end_frame).astype(np.int16)


@pytest.mark.parametrize("frames", [50, 100, 137, 138, 1000])
@pytest.mark.parametrize(
    ("mode", "gain", "decay_db_per_s"),
    [(PlayMode.LOOP, 1.0, 0.0), (PlayMode.LOOP, 2.5, -20.0), (PlayMode.ONE_SHOT, 0.5, 0.0)],
)
def test_agrees_with_unroll(
    mode: PlayMode, gain: float, decay_db_per_s: float, frames: int
) -> None:
    info = NoteInfo(60, len(SAMPLES), gain, mode, decay_db_per_s, -23.0)
    played = play(SAMPLES, info, LOOP, RATE_HZ, frames)
    assert played.dtype == np.float32
    assert played == pytest.approx(unroll(SAMPLES, info, LOOP, RATE_HZ, frames), abs=2e-6)


def test_stored_samples_have_the_gain() -> None:
    info = NoteInfo(60, 2, 2.0, PlayMode.ONE_SHOT, 0.0, -23.0)
    assert stored_samples(np.array([16384, -32768], np.int16), info).tolist() == [1.0, -2.0]
