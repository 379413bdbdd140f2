"""The suite tests itself: it fails a plain crossfade and passes the harmonic renderer."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from audio_pipeline.quality.survey import Selection, Survey
from audio_pipeline.quality.verdict import Measurement, Status, Verdict, judge_all
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.renderers.crossfade import CrossfadeRenderer
from audio_pipeline.renderers.harmonic import HarmonicRenderer
from device.pack import open_pack

RATE_HZ = 16_000
PITCHES = (24, 48, 84)
PADS = (
    ("steady", "bar", "saw", "odd"),
    ("saw", "bar", "bar", "odd"),
    ("noise", "odd", "steady", "silent"),
)


def measure(
    renderer: Renderer, synthetic: ModuleType, pad_packs: ModuleType, folder: Path
) -> list[Measurement]:
    """All measurements of three pads (six edges) at three pitches."""
    found: list[Measurement] = []
    for number, sounds in enumerate(PADS):
        notes = {
            pitch: [
                synthetic.source_note(sound, pitch, RATE_HZ, name=f"{sound}{corner}")
                for corner, sound in enumerate(sounds)
            ]
            for pitch in PITCHES
        }
        path = folder / str(number)
        pad_packs.render_pack(path, renderer, notes, RATE_HZ)
        with open_pack(path) as pack:
            found += Survey(pack, Selection((0,), PITCHES)).run()
    return found


def words(verdicts: list[Verdict]) -> str:
    """The failures, for the message of a failed test."""
    failed = [v for v in verdicts if v.status is Status.FAIL]
    return "; ".join(f"{v.gate.name} {v.value:.3g}, worst: {v.worst}" for v in failed)


def test_the_harmonic_renderer_passes(
    synthetic: ModuleType, pad_packs: ModuleType, tmp_path: Path
) -> None:
    found = measure(HarmonicRenderer(), synthetic, pad_packs, tmp_path)
    verdicts = judge_all(found, "harmonic")
    assert not words(verdicts)
    applied = {verdict.gate.metric for verdict in verdicts if verdict.applied}
    assert {"even", "mid_pos", "late_dev", "att_dev", "mixfit", "cents_x", "seam_flux"} <= applied


@pytest.fixture(scope="module")
def crossfade_verdicts(
    synthetic: ModuleType, pad_packs: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Verdict]:
    folder = tmp_path_factory.mktemp("crossfade")
    found = measure(CrossfadeRenderer(), synthetic, pad_packs, folder)
    return {verdict.gate.name: verdict for verdict in judge_all(found, "crossfade")}


@pytest.mark.parametrize(
    "gate", ["even mean", "even worst", "mid_pos mean", "late_dev mean", "mixfit mean"]
)
def test_a_crossfade_fails(crossfade_verdicts: dict[str, Verdict], gate: str) -> None:
    assert crossfade_verdicts[gate].status is Status.FAIL


@pytest.mark.parametrize("gate", ["peak worst", "dc worst", "late_start worst", "lev_dev worst"])
def test_a_crossfade_is_clean(crossfade_verdicts: dict[str, Verdict], gate: str) -> None:
    assert crossfade_verdicts[gate].status is Status.PASS


@pytest.mark.parametrize("renderer", [HarmonicRenderer(), CrossfadeRenderer()])
def test_a_second_run_gives_the_same_bytes(
    renderer: Renderer, synthetic: ModuleType, pad_packs: ModuleType
) -> None:
    sounds = ("saw", "bar", "noise", "odd")
    weights = dict.fromkeys(sounds, 0.25)
    notes = []
    for _ in range(2):
        sources = synthetic.source_notes(60, RATE_HZ, *sounds)
        prepared = renderer.prepare(sources, RATE_HZ, pad_packs.loop_for(60, RATE_HZ))
        notes.append(pad_packs.encoded(renderer.render(prepared, weights), 60, RATE_HZ))
    assert notes[0] == notes[1]
