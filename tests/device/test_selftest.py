"""The self-test: every part has its say, in order, and one that fails spoils the whole."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from device.events import Checked, Event, SelfTested
from device.selftest import LEAST_MEMORY_MB, NamedCheck, SelfTest, check_memory, check_pack
from device.settings import FilesSettings, Settings
from hardware.interfaces import CheckResult


def result(part: str, word: str) -> NamedCheck:
    return NamedCheck(part, lambda: CheckResult(word, f"{part} is tested"))


def run(place: Path, sound: str, *parts: NamedCheck) -> tuple[bool, list[Event]]:
    settings = dataclasses.replace(Settings(), files=FilesSettings(packs=str(place)))
    told: list[Event] = []
    test = SelfTest(settings, parts, lambda: CheckResult(sound, "a sound card"), told.append)
    return test.run(), told


@pytest.mark.parametrize(
    ("words", "is_well"),
    [(("PASS", "PASS"), True), (("PASS", "NONE"), True), (("FAIL", "PASS"), False)],
)
def test_each_part_is_told_of_as_running_and_then_its_result(
    two_packs: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str], is_well: bool
) -> None:
    monkeypatch.setattr("device.selftest.free_megabytes", lambda: 500)
    parts = [result(name, word) for name, word in zip(("panel", "oled"), words, strict=True)]
    went_well, told = run(two_packs, "PASS", *parts)
    assert went_well == is_well
    assert told[-1] == SelfTested()
    order = ["panel", "oled", "sound", "pack", "memory"]
    checked = [event for event in told if isinstance(event, Checked)]
    assert [one.part for one in checked[::2]] == [one.part for one in checked[1::2]] == order
    assert {one.result for one in checked[::2]} == {"..."}
    assert [one.result for one in checked[1::2]] == [*words, "PASS", "PASS", "PASS"]
    assert checked[1] == Checked("panel", words[0], "panel is tested")


def test_the_sound_output_counts(two_packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.selftest.free_megabytes", lambda: 500)
    assert run(two_packs, "NONE")[0]
    assert not run(two_packs, "FAIL")[0]


def test_a_pack_passes_by_name_and_tells_of_others(two_packs: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(two_packs, tmp_path / "packs"))
    assert check_pack(place) == CheckResult("PASS", "Alpha and 1 more")
    (place / "beta" / "manifest.json").write_text("{")
    assert check_pack(place) == CheckResult("PASS", "Alpha, 1 cannot be played")
    shutil.rmtree(place / "beta")
    assert check_pack(place) == CheckResult("PASS", "Alpha")


def test_no_pack_and_damaged_cells_fail_with_the_reason(two_packs: Path, tmp_path: Path) -> None:
    nowhere = check_pack(tmp_path / "nowhere")
    assert nowhere.result == "FAIL"
    assert "nowhere" in nowhere.detail
    place = Path(shutil.copytree(two_packs, tmp_path / "packs"))
    for cell in (place / "alpha" / "cells").iterdir():
        cell.write_bytes(cell.read_bytes()[:100])
    damaged = check_pack(place)
    assert damaged.result == "FAIL"
    assert ".cell" in damaged.detail


@pytest.mark.parametrize(
    ("free_mb", "word"), [(0, "NONE"), (LEAST_MEMORY_MB - 1, "FAIL"), (LEAST_MEMORY_MB, "PASS")]
)
def test_memory_is_enough_or_not(free_mb: int, word: str) -> None:
    assert check_memory(free_mb).result == word
