"""Runs tests/fuzz/pack_fuzz.py briefly, and again on every input that it ever found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
FOUND = [file.read_bytes() for file in sorted((HERE / "found").glob("*.bin"))]
EDGES = [
    b"",
    *(bytes([reader]) + rest for reader in range(4) for rest in (b"", b"\0", b"{}", b"[" * 9999)),
]


@pytest.fixture(scope="module")
def pack_fuzz(load_module: Callable[[Path], ModuleType], packs: ModuleType) -> ModuleType:
    """The module tests/fuzz/pack_fuzz.py, not instrumented."""
    return load_module(HERE / "pack_fuzz.py")


@pytest.mark.parametrize("data", EDGES + FOUND)
def test_edges_and_what_was_found_once_are_refused(pack_fuzz: ModuleType, data: bytes) -> None:
    pack_fuzz.check(data)


def test_random_inputs_are_read_or_refused(tmp_path: Path) -> None:
    """20,000 inputs from one seed: the same on every run, and guided by coverage."""
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python or machine")
    (tmp_path / "corpus").mkdir()
    result = subprocess.run(
        [
            sys.executable,
            HERE / "pack_fuzz.py",
            tmp_path / "corpus",
            "-runs=20000",
            "-seed=1",
            "-max_len=70000",
            "-timeout=60",
            "-malloc_limit_mb=512",
            "-rss_limit_mb=4096",  # counts from what the test process itself has
            f"-artifact_prefix={tmp_path}/",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
    assert "Done 20000 runs" in result.stderr
