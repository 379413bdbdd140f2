"""Finishing: codes to notes that begin at once, keep the pack's level, and loop."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_pipeline.loop_window import LoopWindow, loop_points
from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.finishing.notes import PEAK, Finisher, trimmed
from audio_pipeline.quality.nature import before_crossfade, natural_of
from audio_pipeline.quality.playback import play_on
from audio_pipeline.quality.seams import frames_needed, seam_metrics
from audio_pipeline.renderers.base import RenderedNote
from audio_pipeline.tuning import frequency_hz
from device.pack.model import NoteInfo, PlayMode

RATE_HZ = 16_000
PITCH = 60
LOOP = loop_points(PITCH, RATE_HZ, LoopWindow(0.6, 1.6))
LOUDNESS = {"loud": -20.0, "soft": -30.0}
Samples = NDArray[np.float64]


def tone(length_s: float = 2.2, decay_per_s: float = 0.0, attack_s: float = 0.02) -> Samples:
    t = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    hz = frequency_hz(PITCH)
    wave = np.sum([np.sin(2 * np.pi * n * hz * t + n) / n for n in range(1, 20)], axis=0)
    envelope = np.clip(t / attack_s, 0, 1) * np.exp(-decay_per_s * t)
    hiss = 5e-4 * np.random.default_rng(0).standard_normal(len(t))
    return 0.15 * wave * envelope + hiss


def finished(
    samples: Samples, weights: dict[str, float] | None = None, loop: object = LOOP
) -> RenderedNote:
    codes = (mulaw.encode(samples) + 128).astype(np.uint8)
    finisher = Finisher(PITCH, RATE_HZ, loop, LOUDNESS)  # type: ignore[arg-type]
    return finisher.finish(codes, weights or {"loud": 1.0})


def test_a_held_note_loops_without_a_seam() -> None:
    note = finished(tone())
    assert note.mode is PlayMode.LOOP
    assert len(note.samples) == LOOP.end_frame
    natural = natural_of(note.samples, LOOP, RATE_HZ, PITCH,
                         untouched_frames=before_crossfade(LOOP, RATE_HZ))  # fmt: skip
    assert natural is not None
    info = NoteInfo(PITCH, len(note.samples), 1.0, note.mode, note.decay_db_per_s, -20.0)
    unrolled = play_on(note.samples, info, LOOP, RATE_HZ, frames_needed(LOOP, RATE_HZ))
    found = seam_metrics(unrolled, LOOP, RATE_HZ, PITCH, natural, is_corner=True)
    assert found["seam_flux"].value <= 2.0
    assert found["swing_x"].value <= 1.5
    assert found["seam_click"].value <= 6.0


def test_a_decaying_note_is_flat_in_its_loop_and_says_how_it_decays() -> None:
    note = finished(tone(decay_per_s=1.0))
    assert note.mode is PlayMode.LOOP
    assert note.decay_db_per_s == pytest.approx(-8.69, abs=0.5)
    inside = note.samples[LOOP.start_frame :]
    half = len(inside) // 2
    first, second = (np.sqrt(np.mean(part**2)) for part in (inside[:half], inside[half:]))
    assert second / first == pytest.approx(1.0, abs=0.1)


def test_a_note_that_has_died_plays_once() -> None:
    note = finished(tone(decay_per_s=9.0))
    assert note.mode is PlayMode.ONE_SHOT
    assert note.decay_db_per_s == 0.0
    assert 0.4 < len(note.samples) / RATE_HZ < 1.0  # no hiss after it
    assert abs(note.samples[-1]) < 1e-4


def test_without_loops_a_note_is_itself_with_a_faded_end() -> None:
    note = finished(tone(0.5), loop=None)
    assert note.mode is PlayMode.ONE_SHOT
    assert len(note.samples) == pytest.approx(0.5 * RATE_HZ, abs=40)
    assert abs(note.samples[-1]) < 1e-4


@pytest.mark.parametrize("gain", [0.05, 1.0, 2.0])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_notes_have_the_level_between_their_sources(gain: float, share: float) -> None:
    weights = {"loud": 1 - share, "soft": share}
    note = finished(gain * tone(), weights, loop=None)
    expected = -20.0 - 10 * share
    assert momentary_loudness_lufs(note.samples, RATE_HZ) == pytest.approx(expected, abs=0.1)


def test_no_note_passes_the_peak() -> None:
    spiky = np.zeros(16_000)
    spiky[::300] = 0.9
    note = finished(spiky, loop=None)
    assert np.abs(note.samples).max() <= PEAK * (1 + 1e-6)


def test_the_mean_is_taken_out() -> None:
    note = finished(tone() + 0.1, loop=None)
    assert abs(float(note.samples.mean())) < 1e-3


def test_hiss_before_a_note_goes() -> None:
    late = np.concatenate([1e-3 * np.ones(1_600), tone(1.0)])
    note = trimmed(late, RATE_HZ)
    assert len(late) - len(note) == pytest.approx(1_600, abs=80)
    assert np.abs(note[:80]).max() > 0.01


def test_only_the_first_quarter_of_a_second_is_searched() -> None:
    """A swelling note, which is loudest at its end, is not cut to that end."""
    swelling = tone(2.0, attack_s=2.0)
    note = trimmed(swelling, RATE_HZ)
    assert len(swelling) - len(note) < 0.25 * RATE_HZ
    silent_begin = np.concatenate([np.zeros(8_000), tone(1.0)])
    assert len(trimmed(silent_begin, RATE_HZ)) == len(silent_begin)


def test_silence_passes() -> None:
    note = finished(np.zeros(32_000))
    assert note.mode is PlayMode.ONE_SHOT
    assert np.isfinite(note.samples).all()
