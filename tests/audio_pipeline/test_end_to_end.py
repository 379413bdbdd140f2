"""Files to a pack through the command line with the real renderer, then played back."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio_pipeline.__main__ import main
from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.tuning import mean_cents
from device.pack import Manifest, PlayMode, open_pack, unroll, verify_pack

if TYPE_CHECKING:
    from workshop import Workshop

RATE_HZ = 16_000
SOUNDS = {
    "bar": "decaying_bar",
    "organ": "steady_additive",
    "reed": "odd_harmonics",
    "strings": "vibrato_saw",
}


@pytest.fixture
def notes(workshop: Workshop, synthetic: ModuleType) -> Path:
    """Four synthetic sounds at two pitches, as files at 44.1 kHz."""
    for sound, function in SOUNDS.items():
        for pitch in (57, 69):
            samples = getattr(synthetic, function)(pitch, 44_100)
            workshop.write_wav(f"{sound}_{pitch}.wav", samples, 44_100, "PCM_16")
    return workshop.notes


def build(notes: Path, pack: Path, *options: str) -> Manifest:
    command = ["build", str(notes), "-o", str(pack), "--rate", str(RATE_HZ), "--jobs", "1"]
    assert main([*command, *options]) == 0
    assert verify_pack(pack).problems == ()
    with open_pack(pack) as opened:
        return opened.manifest


def played(pack: Path, name: str, pitch: int, length_s: float) -> np.ndarray:
    """A held note of a cell."""
    with open_pack(pack) as opened:
        cell = opened.cell(name)
        info, loop = cell.notes[pitch], cell.loops.get(pitch)
        return unroll(cell.decode(pitch), info, loop, RATE_HZ, round(length_s * RATE_HZ))


def test_the_pack_plays_in_tune_and_holds_its_notes(notes: Path, tmp_path: Path) -> None:
    pack = tmp_path / "p.onsp"
    manifest = build(notes, pack, "--grid", "2")
    assert manifest.renderer_name == "harmonic"
    assert set(manifest.loops) == {57, 69}
    ((bar, organ), (reed, strings)) = manifest.combinations[0].cells
    for name in (organ, reed, strings):
        for pitch in manifest.pitches:
            held = played(pack, name, pitch, 8.0)
            assert abs(mean_cents(held, RATE_HZ, pitch).cents) < 3
            late, early = held[6 * RATE_HZ :], held[RATE_HZ : 3 * RATE_HZ]
            change_db = 20 * np.log10(np.std(late) / np.std(early))
            assert abs(change_db) < 1.5
    struck = played(pack, bar, 69, 8.0)
    assert np.std(struck[6 * RATE_HZ :]) < 0.01 * np.std(struck[:RATE_HZ])


def test_corners_are_the_sources_and_the_middle_is_as_loud(notes: Path, tmp_path: Path) -> None:
    pack = tmp_path / "p"
    manifest = build(notes, pack, "--grid", "3", "--pitches", "69", "--no-loops")
    with open_pack(pack) as opened:
        for row in manifest.combinations[0].cells:
            for name in row:
                note = opened.cell(name).notes[69]
                assert note.mode is PlayMode.ONE_SHOT
                assert note.loudness_lufs == pytest.approx(-23, abs=0.4)
                samples = played(pack, name, 69, 4.0)
                heard = momentary_loudness_lufs(samples, RATE_HZ)
                assert heard == pytest.approx(note.loudness_lufs, abs=0.05)


def test_a_cell_does_not_depend_on_sounds_that_are_not_in_it(
    notes: Path, tmp_path: Path, workshop: Workshop, synthetic: ModuleType
) -> None:
    first = build(notes, tmp_path / "p", "--grid", "3", "--pitches", "57")
    workshop.write_wav("strings_57.wav", synthetic.noise_burst(57, 44_100), 44_100)
    second = build(notes, tmp_path / "q", "--grid", "3", "--pitches", "57")
    one, two = first.combinations[0].cells, second.combinations[0].cells
    assert one[0] == two[0]  # the top row: bar to organ
    assert [row[0] for row in one] == [row[0] for row in two]  # the left column: bar to reed
    assert {*one[1][1:], *one[2][1:]}.isdisjoint({*two[1][1:], *two[2][1:]})
