"""Runs all benchmarks one after another and keeps their figures in tests/bench/results.

    python tests/bench/run.py [--only NAME ...] [--quick] [--results FOLDER]

NAME is that of a file without _bench.py. With --quick the figures are rough and not kept.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
QUICK = {"render": None, "engine": ["--rounds", "2"]}  # None: too long to be quick; else --quick


def benches() -> dict[str, Path]:
    """Name -> file, in alphabetical order."""
    return {path.stem.removesuffix("_bench"): path for path in sorted(HERE.glob("*_bench.py"))}


def run(name: str, path: Path, results: Path | None) -> bool:
    """Run one; with results its figures are kept there. Returns whether it went well."""
    if results is not None:
        arguments: list[str] | None = ["--out", str(results / f"{name}.json")]
    else:
        arguments = QUICK.get(name, ["--quick"])
    if arguments is None:
        print(f"== {name}: not with --quick\n", flush=True)
        return True
    print(f"== {name}", flush=True)
    begin_s = time.monotonic()
    code = subprocess.run([sys.executable, str(path), *arguments]).returncode
    outcome = "done" if code == 0 else f"FAILED with status {code}"
    print(f"-- {outcome} in {time.monotonic() - begin_s:.0f} s\n", flush=True)
    return code == 0


def main() -> int:
    """Run those asked for; the exit status tells whether all went well."""
    known = benches()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=known, default=list(known), metavar="NAME")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    results = None if options.quick else options.results
    went_well = [run(name, known[name], results) for name in options.only]
    if results is not None:
        subprocess.run([sys.executable, str(HERE / "table.py"), "--results", str(results)])
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
