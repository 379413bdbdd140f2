"""Instructions of the kernel per voice and frame on a Raspberry Pi's architecture, counted by QEMU.

The kernel is cross-compiled, run under qemu-aarch64 with a plugin that counts (count_plugin.c) and
the workload of engine_bench.py (count_run.c); the difference of a long and a short run leaves the
start-up out. Counts do not depend on how busy the machine is.

    python tests/bench/aarch64_bench.py [--out FILE]
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import report

HERE = Path(__file__).parent
KERNEL = HERE.parents[1] / "device" / "engine" / "kernel"
COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"
PACKAGES = "gcc gcc-aarch64-linux-gnu qemu-user"
FLAGS = ("-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno")
INTERPOLATIONS = ("eco", "default", "high")
VOICES, BLOCK, SHORT, LONG = 32, 128, 40, 120
PLUGIN_VERSIONS = (1, 2, 3, 4, 5)  # QEMU tells only by refusing which it takes


def build_run(folder: Path) -> Path:
    """The workload for aarch64, with the flags of device/engine/kernel/build.py."""
    program = folder / "run"
    sources = [str(HERE / "count_run.c"), *map(str, sorted(KERNEL.glob("*.c")))]
    command = [COMPILER, *FLAGS, f"-I{KERNEL}", "-static", *sources, "-lm", "-o", str(program)]
    subprocess.run(command, check=True)
    return program


def build_plugin(folder: Path, program: Path) -> Path:
    """The counting plugin, in a version that this QEMU takes."""
    plugin = folder / "count.so"
    for version in PLUGIN_VERSIONS:
        command = ["gcc", "-O2", "-shared", "-fPIC", f"-DPLUGIN_VERSION={version}"]
        subprocess.run([*command, str(HERE / "count_plugin.c"), "-o", str(plugin)], check=True)
        trial = [EMULATOR, "-plugin", str(plugin), str(program), "1", "1"]
        if b"instructions" in subprocess.run(trial, capture_output=True).stderr:
            return plugin
    raise RuntimeError(f"{EMULATOR} takes no plugin of versions {PLUGIN_VERSIONS}")


def count(plugin: Path, program: Path, interpolation: int, blocks: int) -> tuple[int, int]:
    """Instructions executed, and those of them on vectors."""
    command = [EMULATOR, "-plugin", str(plugin), str(program), str(interpolation), str(blocks)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"instructions (\d+) vector (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1]), int(found[2])


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """Interpolation -> instructions per voice and frame and the share of vector arithmetic."""
    program = build_run(folder)
    plugin = build_plugin(folder, program)
    figures = {}
    for number, name in enumerate(INTERPOLATIONS):
        long, short = (count(plugin, program, number, blocks) for blocks in (LONG, SHORT))
        instructions, vector = long[0] - short[0], long[1] - short[1]
        figures[name] = {
            "instructions_per_voice_frame": instructions / ((LONG - SHORT) * BLOCK * VOICES),
            "vector_share": vector / instructions,
        }
    return figures


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            figures = measure(Path(folder))
        except FileNotFoundError as error:
            sys.exit(
                f"{error.filename} is missing: apt-get install gcc-aarch64-linux-gnu qemu-user"
            )
    print(f"{'aarch64':10} {'instr/vf':>9} {'NEON arithmetic':>16}")
    for name, row in figures.items():
        share = f"{row['vector_share']:.0%}"
        print(f"{name:10} {row['instructions_per_voice_frame']:9.1f} {share:>16}")
    report.write(options.out, {"compiled": f"{COMPILER} {' '.join(FLAGS)}", "counts": figures})


if __name__ == "__main__":
    main()
