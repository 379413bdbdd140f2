"""Benchmarks run by name, and the table of numbers tells what was reached and what missed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_one_benchmark_by_name_quickly_leaves_no_result(tmp_path: Path) -> None:
    done = run("run.py", "--only", "pitch", "--quick", "--results", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "== pitch" in done.stdout
    assert "cents at worst" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_benchmark_is_refused_with_the_known_ones() -> None:
    done = run("run.py", "--only", "tuba")
    assert done.returncode == 2
    assert "stream" in done.stderr


@pytest.mark.parametrize(("cents", "verdict"), [(0.002, "ok"), (0.02, "MISS")])
def test_the_table_judges_what_was_measured(tmp_path: Path, cents: float, verdict: str) -> None:
    figures = {"worst_cents": {"16000 Hz at 48000 Hz": cents, "48000 Hz at 48000 Hz": 0.0}}
    (tmp_path / "pitch.json").write_text(json.dumps(figures))
    lines = run("table.py", "--results", tmp_path).stdout.splitlines()
    (pitch,) = [line for line in lines if line.startswith("pitch")]
    assert verdict in pitch.split()
    assert all("not measured" in line for line in lines if line != pitch)


def test_the_kept_results_tell_their_date_and_machine() -> None:
    results = [json.loads(path.read_text()) for path in (HERE / "results").glob("*.json")]
    engine = [result for result in results if "ns_per_voice_frame" in result]
    assert engine
    assert all({"date", "machine"} <= result.keys() for result in engine)
