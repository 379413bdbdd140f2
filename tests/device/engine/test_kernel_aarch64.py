"""The kernel for the Raspberry Pi: cross-compiled, run under qemu, the same sound as here."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

HERE = Path(__file__).parent
KERNEL = HERE.parents[2] / "device" / "engine" / "kernel"
COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"
FLAGS = ("-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror")

pytestmark = pytest.mark.skipif(
    shutil.which(COMPILER) is None or shutil.which(EMULATOR) is None or shutil.which("gcc") is None,
    reason="needs gcc, gcc-aarch64-linux-gnu and qemu-user",
)


def build(compiler: str, program: Path) -> Path:
    sources = [str(HERE / "kernel_dump.c"), *(str(path) for path in sorted(KERNEL.glob("*.c")))]
    command = [compiler, *FLAGS, f"-I{KERNEL}", "-static", *sources, "-lm", "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return program


def dump(command: list[str]) -> NDArray[np.float32]:
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    return np.frombuffer(done.stdout, np.float32)


def test_the_pi_plays_what_this_machine_plays(tmp_path: Path) -> None:
    here, there = build("gcc", tmp_path / "here"), build(COMPILER, tmp_path / "there")
    for interpolation in "012":
        mine = dump([str(here), interpolation])
        theirs = dump([EMULATOR, str(there), interpolation])
        assert len(mine) == 20_000
        assert np.abs(mine).max() > 0.2, platform.machine()
        np.testing.assert_allclose(theirs, mine, rtol=0, atol=1e-6)


def test_the_inner_loops_are_neon(tmp_path: Path) -> None:
    for name in ("slot", "interpolate", "voice_render"):
        assembly = tmp_path / f"{name}.s"
        command = [COMPILER, *FLAGS, "-S", str(KERNEL / f"{name}.c"), "-o", str(assembly)]
        subprocess.run(command, check=True)
        assert "fmul\tv" in assembly.read_text(encoding="utf-8"), name
