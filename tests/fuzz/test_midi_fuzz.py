"""Runs tests/fuzz/midi_fuzz.py briefly, and shows that it finds a parser that is broken."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

HERE = Path(__file__).parent
BROKEN = (
    "ClockEndsMessage",
    "NoRunningStatus",
    "SysexKeepsRunningStatus",
    "ForgetsBetweenChunks",
    "StopsAtUndefined",
)


def load() -> ModuleType:
    """The module tests/fuzz/midi_fuzz.py, not instrumented."""
    spec = importlib.util.spec_from_file_location("midi_fuzz", HERE / "midi_fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


midi_fuzz = load()


def fuzz(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One run of the fuzzer from one seed: the same every time."""
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python or machine")
    return subprocess.run(
        [
            sys.executable,
            HERE / "midi_fuzz.py",
            tmp_path / "corpus",
            "-seed=1",
            "-max_len=256",
            "-timeout=60",
            f"-artifact_prefix={tmp_path}/",
            *arguments,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_random_cables_mean_what_the_reference_says(tmp_path: Path) -> None:
    result = fuzz(tmp_path, "-runs=10000")
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
    assert "Done 10000 runs" in result.stderr


@pytest.mark.parametrize("defect", BROKEN)
def test_a_broken_parser_is_found_even_from_nothing(tmp_path: Path, defect: str) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "nothing").write_bytes(b"\0")  # and none of the written streams
    result = fuzz(tmp_path, f"--broken={defect}", "-runs=200000", "-max_total_time=60")
    assert result.returncode == 77, f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
    assert "AssertionError" in result.stdout or "undefined status" in result.stdout


def test_all_broken_parsers_are_tried() -> None:
    assert set(BROKEN) == set(midi_fuzz.broken())


@given(st.binary())
def test_any_bytes_pass_the_check(data: bytes) -> None:
    midi_fuzz.check(data)


def test_the_reference_reads_running_status_by_hand() -> None:
    stream = bytes([7, 0x90, 60, 9, 0xF8, 64, 0, 0xF1, 1, 60, 9, 0xC2, 5, 6, 0xE0, 1])
    assert midi_fuzz.reference(stream) == [(0x90, 60, 9), (0x80, 64, 0), (0xC2, 5), (0xC2, 6)]
