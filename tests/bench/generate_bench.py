"""How fast the decoder generates, and whether it is right at full size, on this machine's GPU.

    python tests/bench/generate_bench.py [--quick] [--rehearse] [--seconds 540] [--out FILE.json]

Without a GPU only the CPU's part is measured. With one, in this order: is it right; what the
card gives at the best; the kernels; whole steps; many notes. The file is written after each
stage; stages for which the time is short are left out. A file that exists keeps the other
machine's part. --rehearse runs the GPU's part on the CPU with a tiny network, to see it run.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from pathlib import Path
from typing import Any

import generation_cpu
import generation_gpu
import report
import torch

PROJECT = Path(__file__).resolve().parents[2]


def show_cpu(part: dict[str, Any]) -> None:
    """The table of the CPU's part."""
    print(f"\nCPU, batch {part['batch']}, one thread, load of the machine {part['load']}")
    for name, model in part["models"].items():
        verdict = "ok  " if model["ratio"] <= part["target_ratio"] else "MISS"
        print(
            f"  {name:19} step {model['step_ms']:7.2f} ms, products "
            f"{model['products_ms']:7.2f} ms, ratio {model['ratio']:.2f} <= "
            f"{part['target_ratio']} {verdict} {model['samples_per_s_and_core']:6} samples/s/core"
        )
    one = part["one_note"]
    print(
        f"  one note, published widths, {one['type']}: step {one['step_ms']} ms, reading its "
        f"{one['megabytes']} MB {one['reading_ms']} ms, ratio {one['ratio']}"
    )


def keep(path: Path | None, name: str, part: dict[str, Any]) -> None:
    """Write one part beside the other that the file may have."""
    if path is None:
        return
    known = json.loads(path.read_text()) if path.exists() else {}
    others = {key: known[key] for key in ("cpu", "gpu") if key in known}
    stamp = {"date": datetime.date.today().isoformat(), "machine": report.machine()}
    command = " ".join(word.removeprefix(f"{PROJECT}/") for word in sys.argv)
    report.write(path, others | {name: stamp | {"command": command} | part})


def main() -> int:
    """Measure, keep and print; 1 if something generated is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="rough figures")
    parser.add_argument("--rehearse", action="store_true", help="the GPU's part, tiny, on the CPU")
    parser.add_argument("--seconds", type=float, default=540, help="of the GPU's part, at most")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    if options.rehearse or torch.cuda.is_available():
        gpu = generation_gpu.Part(
            rehearse=options.rehearse, until=time.monotonic() + options.seconds,
            kept=lambda part: keep(None if options.rehearse else options.out, "gpu", part),
        )  # fmt: skip
        right = gpu.run()
        generation_gpu.show(gpu.figures)
        return 0 if right else 1
    cpu = generation_cpu.part(options.quick)
    keep(options.out, "cpu", cpu)
    show_cpu(cpu)
    print("GPU: not measured; run this on a machine with a CUDA GPU (under ten minutes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
