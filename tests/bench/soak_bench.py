"""Hours of random playing without a pause, and what must stay constant meanwhile.

The playing is that of tests/device/engine/soak.py.

    python tests/bench/soak_bench.py [--hours 1] [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import report

SOAK = report.HERE.parent / "device" / "engine" / "soak.py"
TARGETS = {
    "nonfinite": 0,
    "dropped_commands": 0,
    "active_voices": 0,
    "rows_held": 0,
    "rows_left": 0,
    "page_faults_rendering": 0,
}


def main() -> None:
    """Run, print, and say which figures are not as they must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0, help="of sound")
    parser.add_argument("--quick", action="store_true", help="three minutes of sound")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    begin_s = time.monotonic()
    figures = report.load(SOAK).run(180.0 if options.quick else 3600 * options.hours)
    figures["run_s"] = round(time.monotonic() - begin_s, 1)
    for name, value in figures.items():
        target = f"   must be {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:24} {value!s:>22}{target}")
    report.write(options.out, figures)
    wrong = [name for name, target in TARGETS.items() if figures[name] != target]
    if wrong:
        raise SystemExit(f"not as they must be: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
