"""The check stage on the command line: table, JSON, exit status, errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audio_pipeline.__main__ import main
from audio_pipeline.quality.gates import GATES
from device.pack import archive


def test_prints_gates_and_fails_a_crossfade(
    crossfade_pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(crossfade_pack)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "FAIL"
    assert any("2 of 2 pitches (48,60)" in line for line in lines)
    assert any("no --sources" in line for line in lines)
    mixfit = next(index for index, line in enumerate(lines) if line.startswith("mixfit mean "))
    assert lines[mixfit].split()[-1] == "FAIL"
    assert "pitch" in lines[mixfit + 1]
    assert "cell 5 of 9" in lines[mixfit + 1]


def test_json_of_an_archive(
    crossfade_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    onsp = tmp_path / "crossfade.onsp"
    archive(crossfade_pack, onsp)
    assert main(["check", str(onsp), "--pitches", "60", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["passed"] is False
    assert [gate["gate"] for gate in result["gates"]] == [gate.name for gate in GATES]
    peak = next(gate for gate in result["gates"] if gate["metric"] == "peak")
    assert (peak["status"], peak["applied"]) == ("PASS", 18)
    assert "pitch 60" in peak["worst"]["where"]
    unused = next(gate for gate in result["gates"] if gate["metric"] == "corner_lsd")
    assert (unused["status"], unused["value"], unused["worst"]) == ("n/a", None, None)


def test_a_pack_that_keeps_all_limits_passes(
    test_pack: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hard = [gate for gate in GATES if gate.metric in ("peak", "dc", "length_off", "not_finite")]
    monkeypatch.setattr("audio_pipeline.quality.verdict.judge_all.__defaults__", (tuple(hard),))
    assert main(["check", str(test_pack)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "PASS"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--pitches", "49"], 2, "no pitch 49"),
        (["--combinations", "none"], 2, "neither a number"),
        (["--sources", "/nowhere"], 2, "no such folder"),
    ],
)
def test_wrong_options_are_explained(
    crossfade_pack: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    words: str,
) -> None:
    assert main(["check", str(crossfade_pack), *arguments]) == status
    assert words in capsys.readouterr().err


def test_no_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err
