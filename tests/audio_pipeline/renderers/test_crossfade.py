"""The crossfade renderer: a weighted sum, levelled, looped with a baked crossfade."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.renderers.base import SourceNote
from audio_pipeline.renderers.crossfade import CrossfadeRenderer
from device.pack import Loop, PlayMode

RATE_HZ = 16_000
PITCH = 57
LOOP = Loop(16_000, 16_000)  # 220 whole periods


@pytest.fixture(scope="module")
def sources(synthetic: ModuleType) -> list[SourceNote]:
    notes: list[SourceNote] = synthetic.source_notes(PITCH, RATE_HZ)
    return notes


def test_without_a_loop_a_mix_is_the_sum_at_the_mean_loudness(sources: list[SourceNote]) -> None:
    renderer = CrossfadeRenderer()
    prepared = renderer.prepare(sources, RATE_HZ, None)
    note = renderer.render(prepared, {"steady": 0.25, "odd": 0.75})
    by_name = {source.instrument: source.samples for source in sources}
    mixed = 0.25 * by_name["steady"] + 0.75 * by_name["odd"]
    gain = np.abs(note.samples).max() / np.abs(mixed).max()
    assert note.samples == pytest.approx(gain * mixed, abs=1e-6)
    assert note.mode is PlayMode.ONE_SHOT
    loudness = [momentary_loudness_lufs(by_name[name], RATE_HZ) for name in ("steady", "odd")]
    expected = 0.25 * loudness[0] + 0.75 * loudness[1]
    assert momentary_loudness_lufs(note.samples, RATE_HZ) == pytest.approx(expected, abs=0.01)


def test_a_corner_is_its_source_up_to_the_loop(sources: list[SourceNote]) -> None:
    renderer = CrossfadeRenderer()
    note = renderer.render(renderer.prepare(sources, RATE_HZ, LOOP), {"saw": 1.0})
    assert (note.mode, len(note.samples)) == (PlayMode.LOOP, LOOP.end_frame)
    saw = next(source.samples for source in sources if source.instrument == "saw")
    before = slice(0, LOOP.start_frame)
    assert note.samples[before] == pytest.approx(saw[before], abs=1e-6)


def test_the_loop_ends_like_what_comes_before_it(sources: list[SourceNote]) -> None:
    renderer = CrossfadeRenderer()
    samples = renderer.render(renderer.prepare(sources, RATE_HZ, LOOP), {"saw": 1.0}).samples
    assert samples[-1] == pytest.approx(samples[LOOP.start_frame - 1], abs=0.01)


def test_a_decay_is_flattened_inside_the_loop(sources: list[SourceNote]) -> None:
    renderer = CrossfadeRenderer()
    note = renderer.render(renderer.prepare(sources, RATE_HZ, LOOP), {"bar": 1.0})
    assert note.decay_db_per_s == pytest.approx(-12, abs=0.1)
    halves = note.samples[LOOP.start_frame :].reshape(2, -1).std(axis=1)
    assert halves[0] == pytest.approx(halves[1], rel=0.05)


@pytest.mark.parametrize("sound", ["noise", "silent"])
def test_what_is_over_before_the_loop_is_a_one_shot(sources: list[SourceNote], sound: str) -> None:
    renderer = CrossfadeRenderer()
    note = renderer.render(renderer.prepare(sources, RATE_HZ, LOOP), {sound: 1.0})
    assert note.mode is PlayMode.ONE_SHOT
    assert np.isfinite(note.samples).all()


def test_a_silent_source_takes_no_loudness_away(sources: list[SourceNote]) -> None:
    renderer = CrossfadeRenderer()
    prepared = renderer.prepare(sources, RATE_HZ, None)
    note = renderer.render(prepared, {"steady": 0.5, "silent": 0.5})
    loudness = prepared.loudness_lufs["steady"]
    assert momentary_loudness_lufs(note.samples, RATE_HZ) == pytest.approx(loudness, abs=0.01)


def test_the_same_bytes_on_a_second_run(sources: list[SourceNote]) -> None:
    renderer = CrossfadeRenderer()
    weights = {"odd": 0.5, "saw": 0.25, "bar": 0.25}
    first, second = (
        renderer.render(renderer.prepare(notes, RATE_HZ, LOOP), weights).samples.tobytes()
        for notes in (sources, sources[::-1])
    )
    assert first == second
