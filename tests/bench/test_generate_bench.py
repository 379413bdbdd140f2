"""The generation benchmark runs where there is no GPU, its GPU part in a rehearsal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
BENCH = Path(__file__).parent / "generate_bench.py"


def run(*arguments: object) -> str:
    command = [sys.executable, str(BENCH), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_gpu_part_rehearses_every_stage_and_finds_the_fallback_right() -> None:
    said = run("--rehearse")
    assert "logits, relative error" in said
    assert "MISS" not in said.split("ceilings")[1].split("best step")[0]
    for stage in ("ceilings", "steps", "kernel_us", "gate_tiles", "two_streams", "many_notes"):
        assert f"  {stage}: " in said
    assert "no time left" not in said
    assert "failed" not in said


def test_without_time_stages_are_left_out() -> None:
    assert "many_notes: no time left" in run("--rehearse", "--seconds", 65)


@pytest.mark.skipif("__import__('torch').cuda.is_available()")
def test_the_cpu_part_keeps_what_another_machine_found(tmp_path: Path) -> None:
    out = tmp_path / "generate.json"
    out.write_text(json.dumps({"gpu": {"card": "another"}}))
    assert "GPU: not measured" in run("--quick", "--out", out)
    kept = json.loads(out.read_text())
    assert kept["gpu"] == {"card": "another"}
    assert kept["cpu"]["models"]["width 64, float32"]["ratio"] > 0.2
    assert kept["cpu"]["one_note"]["ratio"] > 0.2
    assert {"date", "machine", "command", "load"} <= kept["cpu"].keys()
