"""From starting the instrument to playable, beside Python and NumPy alone; what memory it takes.

python tests/bench/start_bench.py [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report

STARTS, QUICK_STARTS = 15, 3
TARGET_S = 2.0
READY = "playing "
PACK = {"columns": 9, "rows": 9, "rate_hz": 48000, "pitches": (36, 48, 60, 72, 84)}
REFERENCE = "import numpy"


def start_instrument(pack: Path, folder: Path) -> tuple[float, float]:
    """Seconds until it says what it plays, and its resident memory in MB then."""
    files = ["--pack", str(pack), "--patches", str(folder / "patches.json")]
    command = [sys.executable, "-m", "device", "run", "--board", "web", "--web-port", "0", *files]
    begin_s = time.monotonic()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith(READY):
                passed_s, memory_mb = time.monotonic() - begin_s, resident_mb(running.pid)
                running.terminate()
                running.stdout.read()
                return passed_s, memory_mb
    raise RuntimeError("the instrument ended before it played")


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def start_reference() -> float:
    """Seconds of a Python that only imports NumPy."""
    begin_s = time.monotonic()
    subprocess.run([sys.executable, "-c", REFERENCE], check=True)
    return time.monotonic() - begin_s


def main() -> None:
    """Start both in turn, so that both see the same machine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_STARTS} starts")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report.load(report.HERE.parent / "packs.py").make_test_pack(folder / "pack", **PACK)
        starts, memory, reference = [], [], []
        for _ in range(QUICK_STARTS if options.quick else STARTS):
            seconds, memory_mb = start_instrument(folder / "pack", folder)
            starts.append(seconds)
            memory.append(memory_mb)
            reference.append(start_reference())
    figures = {
        "median_s": statistics.median(starts),
        "worst_s": max(starts),
        "reference_s": statistics.median(reference),
        "ratio": statistics.median(starts) / statistics.median(reference),
        "resident_mb": statistics.median(memory),
        "target_s": TARGET_S,
    }
    print(
        f"start to playable: median {figures['median_s']:.2f} s, worst {figures['worst_s']:.2f} s, "
        f"{figures['ratio']:.1f} x importing NumPy ({figures['reference_s']:.2f} s); "
        f"{figures['resident_mb']:.0f} MB; target: <= {TARGET_S} s"
    )
    report.write(options.out, {"starts": len(starts)} | figures)


if __name__ == "__main__":
    main()
