"""Tests of device/pack/unroll.py against the law read word by word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pack import Loop, NoteInfo, PlayMode, unroll

RATE_HZ = 1000


def by_the_letter(
    samples: np.ndarray, info: NoteInfo, loop: Loop | None, frames: int
) -> list[float]:
    """The playback law of NoteInfo, one frame after the other."""
    heard = []
    position = 0
    for u in range(frames):
        if loop is None:
            heard.append(samples[u] / 32768 * info.gain if u < info.frames else 0.0)
            continue
        seconds = max(0, u - loop.start_frame) / RATE_HZ
        heard.append(
            samples[position] / 32768 * info.gain * 10 ** (info.decay_db_per_s * seconds / 20)
        )
        position = loop.start_frame if position + 1 == loop.end_frame else position + 1
    return heard


@given(
    start=st.integers(0, 20),
    length=st.integers(1, 20),
    frames=st.integers(0, 100),
    gain=st.floats(0.1, 8),
    decay=st.floats(-60, 0),
)
def test_a_loop_goes_on_and_decays_from_its_start(
    start: int, length: int, frames: int, gain: float, decay: float
) -> None:
    loop = Loop(start, length)
    samples = np.random.default_rng(1).integers(-32768, 32768, loop.end_frame).astype(np.int16)
    info = NoteInfo(60, loop.end_frame, gain, PlayMode.LOOP, decay, -23)
    heard = unroll(samples, info, loop, RATE_HZ, frames)
    assert heard.dtype == np.float32
    np.testing.assert_allclose(heard, by_the_letter(samples, info, loop, frames), rtol=1e-5)


@given(stored=st.integers(1, 50), frames=st.integers(0, 100))
def test_a_one_shot_ends_in_silence(stored: int, frames: int) -> None:
    samples = np.random.default_rng(2).integers(-32768, 32768, stored).astype(np.int16)
    info = NoteInfo(60, stored, 2.0, PlayMode.ONE_SHOT, 0.0, -23)
    heard = unroll(samples, info, None, RATE_HZ, frames)
    np.testing.assert_allclose(heard, by_the_letter(samples, info, None, frames), rtol=1e-6)


def test_floats_are_in_units_of_full_scale() -> None:
    samples = np.array([-32768, 16384, 1], np.int16)
    info = NoteInfo(60, 3, 1.5, PlayMode.ONE_SHOT, 0.0, -23)
    from_floats = unroll(samples / np.float32(32768), info, None, RATE_HZ, 5)
    np.testing.assert_array_equal(from_floats, unroll(samples, info, None, RATE_HZ, 5))
    assert from_floats[0] == -1.5


def test_what_does_not_fit_together_is_refused() -> None:
    info = NoteInfo(60, 3, 1.0, PlayMode.LOOP, 0.0, -23)
    with pytest.raises(ValueError, match="2 samples, the note has 3"):
        unroll(np.zeros(2, np.int16), info, Loop(0, 3), RATE_HZ, 5)
    with pytest.raises(ValueError, match="60 is looped"):
        unroll(np.zeros(3, np.int16), info, None, RATE_HZ, 5)
