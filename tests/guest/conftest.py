"""Fixtures of the tests under a kernel of their own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
TIMEOUT_S = 120
PRIORITY = -15  # nice: other work on the machine is not what these tests are about


def _load(path: Path) -> ModuleType:
    full_name = f"latentpad_tests_guest_{path.stem}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session")
def stream_piece() -> ModuleType:
    """The piece of 32 voices (tests/device/engine/stream_piece.py)."""
    return _load(PROJECT / "tests" / "device" / "engine" / "stream_piece.py")


@pytest.fixture(scope="session")
def kernel() -> Path:
    """The test kernel, if it is asked for and has been built on this machine."""
    if not os.environ.get("LATENTPAD_GUEST"):
        pytest.skip("boots a kernel, which wants a quiet machine: `make guest` asks for it")
    path: Path = _load(HERE / "kernel.py").kernel_path()
    if not path.exists():
        pytest.skip("needs the test kernel, which `make guest` builds once (some minutes)")
    return path


def _be_preferred() -> None:
    with contextlib.suppress(PermissionError):  # then at normal priority
        os.nice(PRIORITY)


@pytest.fixture
def run_in_guest(kernel: Path) -> Callable[[str, Path], str]:
    """Boots the kernel, runs a Python program in it and returns what it printed."""

    def run(program: str, folder: Path) -> str:
        files = ["rootfstype=hostfs", "rootflags=/", "root=none", "ro", f"init={HERE / 'init.sh'}"]
        given = [f"CHECKOUT={PROJECT}", f"SHARE={folder}", f"PYTHON={sys.executable}"]
        command = [str(kernel), "mem=512M", *files, *given, f"PROGRAM={program}", "quiet"]
        booted = subprocess.run(
            [*command, "con=null", "con0=fd:0,fd:1"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            preexec_fn=_be_preferred,
        )
        output = folder / "output"
        printed = output.read_text() if output.exists() else booted.stdout[-3000:]
        assert (folder / "status").exists(), printed
        assert (folder / "status").read_text() == "0\n", printed
        return printed

    return run
