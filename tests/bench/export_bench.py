"""How long a pad takes to become one of Open NSynth Super, and what of it is the processor's time.

    python tests/bench/export_bench.py [--quick] [--out FILE]

The pad: 81 cells x 16 pitches at 48 kHz, 2.6 s stored per note, looped and dying away, so each note
is decoded, unrolled to 3.75 s, resampled to 16 kHz and written. The command is run as one types it,
several times. On a quiet machine the wall time is little more than a core's share of `cpu_s`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import report

from device.pack.model import Loop

PERIOD = 160  # of the sounds of periodic_pack.py
LOOP = Loop(300 * PERIOD, 468 * PERIOD)
SIDE, QUICK_SIDE, ROUNDS = 9, 3, 5
TARGET_S = 5.0  # on two cores


def make_pack(path: Path, side: int) -> None:
    """With noise, as real sounds have it, so that FLAC has work to do."""
    make = report.load(report.HERE.parent / "device" / "loader" / "periodic_pack.py").write_pack
    make(path, side=side, combinations=1, loop=LOOP, noise=1e-3, decay_db_per_s=-6.0)


def export(pack: Path, output: Path) -> tuple[float, float]:
    """Seconds on the clock, and of all processors together."""
    command = [sys.executable, "-m", "sdcard", "export", str(pack), "--format", "upstream"]
    before, begin_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, "-o", str(output)], check=True, stdout=subprocess.DEVNULL)
    wall_s, after = time.perf_counter() - begin_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(output)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(folder: Path, quick: bool) -> dict[str, Any]:
    """Medians of all rounds."""
    side = QUICK_SIDE if quick else SIDE
    make_pack(folder / "pack", side)
    rounds = [export(folder / "pack", folder / "pad") for _ in range(1 if quick else ROUNDS)]
    wall_s, cpu_s = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "cells": side * side,
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "wall_s": round(wall_s, 2),
        "cpu_s": round(cpu_s, 2),
        "least_cpu_s": round(min(cpu for _, cpu in rounds), 2),
        "target_s": TARGET_S,
    }


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a pack of few cells, once")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.quick)
    for name, value in figures.items():
        print(f"{name}: {value}")
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
