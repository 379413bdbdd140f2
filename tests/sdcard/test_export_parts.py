"""Tests of what every export needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from device.pack import Manifest, open_pack, unroll
from device.pack.places import cells_at, nearest_pitch
from sdcard.exchange_errors import ExportChoiceError, OutputInTheWayError
from sdcard.export_mix import mixed_note, sounded
from sdcard.export_parts import (
    chosen_combinations,
    combination_name,
    fresh_folder,
    key_zones,
    plain_names,
    write_credits,
)


@pytest.mark.parametrize("pitches", [(60,), (24, 28, 32), (48, 60, 72), (0, 1, 127)])
def test_zones_are_those_of_the_instrument(pitches: tuple[int, ...]) -> None:
    zones = key_zones(pitches)
    for key in range(128):
        found = [pitch for pitch, (low, high) in zones.items() if low <= key <= high]
        assert found == [nearest_pitch(key, pitches)]


@pytest.mark.parametrize("frames", [1, 3999, 5000, 60000])
def test_sound_goes_on_as_the_playback_law_says(test_pack: Path, frames: int) -> None:
    with open_pack(test_pack) as pack:
        cell = pack.cell(pack.manifest.combinations[0].cells[0][1])
        for pitch, note in cell.notes.items():
            law = unroll(cell.decode(pitch), note, cell.loops.get(pitch), cell.rate_hz, frames)
            assert sounded(cell, pitch, frames) == pytest.approx(law, abs=1e-6)


def test_a_note_that_only_some_cells_loop_becomes_a_one_shot(
    packs: ModuleType, make_test_pack: Callable[..., Manifest], tmp_path: Path
) -> None:
    manifest = make_test_pack(tmp_path, columns=2, rows=2)
    packs.replace_cell(tmp_path, packs.make_cell((1, 0, 0, 0), (48, 60, 72), 16000, 0.5, {}))
    with open_pack(tmp_path) as pack:
        combination = pack.manifest.combinations[0]
        both = mixed_note(pack, cells_at(combination, 0.5, 0), 60)
        looped = mixed_note(pack, cells_at(combination, 1, 0), 60)
    assert looped.loop == manifest.loops[60]
    assert both.loop is None
    assert both.decay_db_per_s == 0
    assert np.abs(both.samples[: 2 * 16000]).max() > 0.1  # what loops goes on


def test_names_are_plain_and_different() -> None:
    assert plain_names(["E. Piano", "e piano", "Flöte_2", "猫"]) == [
        "epiano", "epiano2", "flte2", "sound"
    ]  # fmt: skip


def test_combinations_by_index_and_by_name(test_pack: Path) -> None:
    with open_pack(test_pack) as pack:
        manifest = pack.manifest
        only = manifest.combinations[0]
        assert chosen_combinations(manifest, []) == [only]
        assert chosen_combinations(manifest, ["0"]) == [only]
        names = "top_left-0, TOP_RIGHT-0,bottom_left-0,bottom_right-0"
        assert chosen_combinations(manifest, [names]) == [only]
        assert combination_name(manifest, only) == "topleft0_topright0_bottomleft0_bottomright0"
        for wrong in ("1", "a,b,c,d", "-1", ""):
            with pytest.raises(ExportChoiceError, match=r"0\.\.0 or four names.*top_left-0,"):
                chosen_combinations(manifest, [wrong])


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for path in (tmp_path / "full", tmp_path / "full" / "mine.txt"):
        with pytest.raises(OutputInTheWayError, match="not an empty folder"):
            fresh_folder(path)
    assert fresh_folder(tmp_path / "a" / "b").is_dir()
    assert fresh_folder(tmp_path / "a" / "b").is_dir()


def test_credits_travel_with_the_sounds(test_pack: Path, tmp_path: Path) -> None:
    with open_pack(test_pack) as pack:
        write_credits(tmp_path, pack.manifest)
    text = (tmp_path / "credits.txt").read_text("utf-8")
    assert "author: The tests\nlicence: CC0-1.0\ntone: made by tests/packs.py (CC0-1.0)" in text
