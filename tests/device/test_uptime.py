"""How long machine and process have been running."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from device.uptime import _process_start_s, uptime
from device.view import Playable

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, sys, time
if len(sys.argv) == 1:
    time.sleep(0.5)  # a launcher that does something first
    os.execv(sys.executable, [sys.executable, __file__, "again"])
from device.uptime import uptime
print(uptime().after_start_s)
"""


@pytest.mark.skipif(not Path("/proc/uptime").exists(), reason="no Linux")
def test_the_kernels_time_is_that_of_the_system() -> None:
    before = float(Path("/proc/uptime").read_text().split()[0])
    measured = uptime()
    assert before - 0.1 <= measured.after_kernel_s <= before + 10
    assert 0 < measured.after_start_s < measured.after_kernel_s


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no Linux")
def test_a_launcher_that_became_the_program_is_part_of_it(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    begin_s = time.monotonic()
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert 0.49 <= float(ran.stdout) <= time.monotonic() - begin_s + 0.02


def test_names_of_processes_may_be_odd(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    fields = " ".join(str(number) for number in range(4, 23))
    stat.write_text(f"7 (a) b (c) S {fields}\n")
    assert _process_start_s(stat) == pytest.approx(22 / 100, rel=10)
    for text in ("", "7 (x) S 1 2", "7 (x) S " + "z " * 30):
        stat.write_text(text)
        assert _process_start_s(stat) is None
    assert _process_start_s(tmp_path / "nothing") is None


def test_it_is_told_with_both_times() -> None:
    text = Playable(9.84, 1.42).text
    assert text == "playable 9.8 s after the kernel started, 1.4 s after its own start"
