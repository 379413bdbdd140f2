"""The harmonic renderer keeps its promises: corners, levels, loops, and what a cell depends on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise
from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.renderers.base import RenderedNote
from audio_pipeline.renderers.harmonic import HarmonicRenderer
from audio_pipeline.renderers.harmonic.renderer import PreparedPitch, _played
from device.pack.model import Loop, PlayMode

RATE_HZ = 48000
Prepared = Callable[[int], PreparedPitch]


def held(note: RenderedNote, loop: Loop, frames: int) -> np.ndarray:
    """The looped note as played, [frames]."""
    at = np.arange(frames)
    beyond = np.maximum(0, at - loop.start_frame)
    index = np.where(at < loop.end_frame, at, loop.start_frame + beyond % loop.length_frames)
    return note.samples[index] * 10 ** (note.decay_db_per_s * beyond / RATE_HZ / 20)


@pytest.mark.parametrize("pitch", [24, 48, 84])
@pytest.mark.parametrize("name", ["steady", "saw", "bar", "odd", "noise"])
def test_a_corner_is_its_source(
    renderer: HarmonicRenderer, prepared: Prepared, synthetic: ModuleType, pitch: int, name: str
) -> None:
    note = renderer.render(prepared(pitch), {name: 1.0})
    source = synthetic.source_note(name, pitch, RATE_HZ).samples
    loop = prepared(pitch).loop
    assert loop is not None
    until = loop.start_frame if note.mode is PlayMode.LOOP else len(note.samples) - 480
    np.testing.assert_allclose(note.samples[:until], source[:until], atol=1e-7)


@pytest.mark.parametrize("pitch", [24, 48, 84])
def test_every_pair_renders_finite_bounded_notes(
    renderer: HarmonicRenderer, prepared: Prepared, pitch: int
) -> None:
    for first, second in combinations(prepared(pitch).notes, 2):
        note = renderer.render(prepared(pitch), {first: 0.5, second: 0.5})
        assert np.isfinite(note.samples).all(), (first, second)
        assert np.abs(note.samples).max() < 1.0
        assert note.decay_db_per_s <= 0


def test_loudness_is_interpolated_in_decibels(
    renderer: HarmonicRenderer, prepared: Prepared
) -> None:
    ready = prepared(48)
    for weights in ({"steady": 0.25, "saw": 0.75}, {"steady": 0.5, "odd": 0.25, "saw": 0.25}):
        note = renderer.render(ready, weights)
        wanted = sum(weight * ready.loudness_lufs[name] for name, weight in weights.items())
        heard = momentary_loudness_lufs(_played(note, ready.loop, RATE_HZ), RATE_HZ)
        assert heard == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize("weights", [{"steady": 1.0}, {"saw": 1.0}, {"saw": 0.5, "odd": 0.5}])
@pytest.mark.parametrize("pitch", [24, 48, 84])
def test_loops_have_no_seam(
    renderer: HarmonicRenderer, prepared: Prepared, pitch: int, weights: dict[str, float]
) -> None:
    ready = prepared(pitch)
    assert ready.loop is not None
    note = renderer.render(ready, weights)
    assert note.mode is PlayMode.LOOP
    assert len(note.samples) == ready.loop.end_frame
    sound = held(note, ready.loop, 5 * RATE_HZ)
    bend = np.abs(np.diff(sound, 2))
    seam = bend[ready.loop.end_frame - 3 : ready.loop.end_frame + 3].max()
    around = bend[ready.loop.end_frame - 4800 : ready.loop.end_frame - 100].max()
    assert seam <= 1.3 * around


def test_a_looped_steady_tone_stays_level_and_in_tune(
    renderer: HarmonicRenderer, prepared: Prepared
) -> None:
    ready = prepared(60)
    assert ready.loop is not None
    note = renderer.render(ready, {"steady": 0.5, "odd": 0.5})
    sound = held(note, ready.loop, 10 * RATE_HZ)[RATE_HZ:]
    power = (sound[: len(sound) // 2400 * 2400].reshape(-1, 2400) ** 2).mean(1)
    assert np.ptp(10 * np.log10(power)) < 1.0  # half of it is a swell of 0.5 dB each way
    phase = np.angle((sound * np.exp(-2j * np.pi * 261.6255653 / RATE_HZ * np.arange(len(sound))))
                     .reshape(-1, 4800).mean(1))  # fmt: skip
    drift_hz = np.polyfit(np.arange(len(phase)) * 0.1, np.unwrap(phase), 1)[0] / (2 * np.pi)
    assert abs(1200 * np.log2(1 + drift_hz / 261.6255653)) < 0.1


def test_a_dead_sound_is_a_one_shot_and_a_dying_one_decays(
    renderer: HarmonicRenderer, prepared: Prepared
) -> None:
    assert renderer.render(prepared(60), {"noise": 1.0}).mode is PlayMode.ONE_SHOT
    bar = renderer.render(prepared(60), {"bar": 1.0})
    assert bar.mode is PlayMode.LOOP
    assert bar.decay_db_per_s == pytest.approx(-12, abs=0.5)
    half = renderer.render(prepared(60), {"bar": 0.5, "steady": 0.5})
    assert -9 < half.decay_db_per_s < -3


def test_neighbouring_cells_mix_without_cancelling(
    renderer: HarmonicRenderer, prepared: Prepared
) -> None:
    ready = prepared(60)
    assert ready.loop is not None
    cells = [
        held(renderer.render(ready, {"steady": 1 - k / 8, "odd": k / 8}), ready.loop, 3 * RATE_HZ)
        for k in range(9)
    ]
    for first, second in pairwise(cells):
        mixed = np.mean(((first + second) / 2) ** 2)
        apart = (np.mean(first**2) + np.mean(second**2)) / 2
        assert 10 * np.log10(mixed / apart) > -0.3


def test_a_cell_depends_on_its_active_sources_only(
    renderer: HarmonicRenderer, prepared: Prepared, synthetic: ModuleType
) -> None:
    ready = prepared(60)
    weights = {"steady": 0.5, "saw": 0.5}
    alone = renderer.prepare(
        synthetic.source_notes(60, RATE_HZ, "saw", "steady"), RATE_HZ, ready.loop
    )
    first = renderer.render(ready, weights | {"bar": 0.0})
    second = renderer.render(alone, dict(reversed(weights.items())))
    assert first.samples.tobytes() == second.samples.tobytes()
    assert first.decay_db_per_s == second.decay_db_per_s


def test_without_a_loop_every_note_is_a_one_shot(
    renderer: HarmonicRenderer, synthetic: ModuleType
) -> None:
    ready = renderer.prepare(synthetic.source_notes(60, 16000, "steady", "bar"), 16000, None)
    note = renderer.render(ready, {"steady": 0.5, "bar": 0.5})
    assert note.mode is PlayMode.ONE_SHOT
    assert note.samples[-1] == 0
