"""How long the harmonic renderer takes for a full pad, and how much memory and disk.

    python tests/bench/render_bench.py [--jobs N] [--out FILE.json]

The pad: four instruments of FluidR3_GM, 81 cells x 16 pitches, 48 kHz, 4 s. The same run times a
fixed NumPy workload, so that figures of different machines and moods can be compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import report
import scipy.fft

BANK = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
PROGRAMS = {"flute": 73, "marimba": 12, "strings": 48, "epiano": 4}
NOTES = 81 * 16


def reference_s() -> float:
    """Median seconds of a fixed single-thread workload: 60 transforms of 2**18 floats."""
    signal = np.random.default_rng(1).standard_normal(2**18)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        for _ in range(60):
            scipy.fft.irfft(scipy.fft.rfft(signal))
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def render(*arguments: object) -> None:
    """Run one stage of latentpad-render."""
    command = [sys.executable, "-m", "audio_pipeline", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class PeakMemory(threading.Thread):
    """Watches the resident memory of this process's descendants, in MiB, largest per process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        """Look ten times a second until done."""
        while not self.done.wait(0.1):
            self.peak_mib = max([self.peak_mib, *map(self._resident_mib, self._descendants())])

    def _descendants(self) -> set[int]:
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it has ended
        found, grown = {os.getpid()}, True
        while grown:
            more = {pid for pid, parent in parents.items() if parent in found} - found
            found, grown = found | more, bool(more)
        return found - {os.getpid()}

    def _resident_mib(self, pid: int) -> float:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(jobs: int) -> dict[str, object]:
    """Build the pad once."""
    with tempfile.TemporaryDirectory() as folder:
        sources, pack = Path(folder) / "sources", Path(folder) / "pad.onsp"
        programs = [word for name, number in PROGRAMS.items()
                    for word in ("--program", number, "--name", name)]  # fmt: skip
        render("soundfont", BANK, *programs, sources)
        memory = PeakMemory()
        memory.start()
        begin = time.perf_counter()
        render("build", sources, "-o", pack, "--jobs", jobs)
        build_s = time.perf_counter() - begin
        memory.done.set()
        memory.join()
        size_mb = pack.stat().st_size / 1e6
    return {
        "build_s": round(build_s, 1),
        "notes_per_s": round(NOTES / build_s, 1),
        "ms_per_note_and_core": round(1000 * build_s * jobs / NOTES, 1),
        "peak_mib_per_process": round(memory.peak_mib),
        "pack_mb": round(size_mb, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    before = reference_s()
    figures = measure(options.jobs)
    figures |= {"jobs": options.jobs, "reference_s": round((before + reference_s()) / 2, 3)}
    figures["build_in_references"] = round(float(str(figures["build_s"])) / (before or 1), 1)
    targets = {"build_s": "<= 60", "peak_mib_per_process": "<= 350", "pack_mb": "<= 100"}
    for name, value in figures.items():
        print(f"{name:24} {value!s:>10}   {targets.get(name, '')}")
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
