"""Compiles a plan's kernels for GPUs that are not there, as a script: JSON on standard output.

    python offline.py CAPABILITY [BATCH ...]

For each kernel of the published model's plan: registers, bytes of stack, of shared memory, and
loads and stores of spilled registers. Runs apart from other tests, whose Triton interprets.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from audio_pipeline.nsynth.generation import kernels
from audio_pipeline.nsynth.generation.launch import Launch, Part
from audio_pipeline.nsynth.generation.plan import Plan, make_plan
from audio_pipeline.nsynth.generation.tiles import Gpu, choose_tiles
from audio_pipeline.nsynth.model import Sizes

PUBLISHED = Sizes(512, 256, 128, 16, 256, decoder_depth=30, encoder_depth=30)
GPUS = {80: Gpu(108, 166_912), 89: Gpu(128, 101_376), 90: Gpu(132, 232_448),
        120: Gpu(170, 101_376)}  # fmt: skip
POINTERS = {
    "float16": "*fp16",
    "float32": "*fp32",
    "int32": "*i32",
    "int64": "*i64",
    "uint8": "*u8",
}
TOOL = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"


def compiled(launch: Launch, plan: Plan, capability: int) -> Any:  # noqa: ANN401
    buffers = {**plan.weights, **plan.state}
    arguments: dict[str, Any] = dict(launch.arguments) | ({"ahead": 0} if launch.timed else {})
    kernel = getattr(kernels, launch.kernel)
    signature, attributes = {}, {}
    for place, name in enumerate(kernel.arg_names):
        value = arguments.get(name)
        if name in launch.constants:
            signature[name] = "constexpr"
        elif isinstance(value, int):
            signature[name] = "i32"
        else:
            buffer = value.buffer if isinstance(value, Part) else str(value)
            signature[name] = POINTERS[buffers[buffer].type]
            attributes[(place,)] = [["tt.divisibility", 16]]
    source = ASTSource(kernel, signature, dict(launch.constants), attributes)
    options = {"num_warps": launch.warps, "num_stages": launch.stages}
    return triton.compile(source, target=GPUTarget("cuda", capability, 32), options=options)


def told(what: str, path: str) -> str:
    return subprocess.run([str(TOOL), what, path], capture_output=True, text=True).stdout


def usage(binary: Any) -> dict[str, int]:  # noqa: ANN401
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(binary.asm["cubin"])
        file.flush()
        said = told("-res-usage", file.name)
        code = told("-sass", file.name)
    found = re.search(r"REG:(\d+) STACK:(\d+)", said)
    assert found is not None, said
    names = ("LDL", "STL", "HGMMA", "HMMA")
    count = {name: len(re.findall(rf"\b{name}\b", code)) for name in names}
    registers, stack = map(int, found.groups())
    return {"registers": registers, "stack": stack, "shared": binary.metadata.shared} | count


def report(capability: int, batch: int) -> dict[str, Any]:
    tiles = choose_tiles(PUBLISHED, batch, GPUS[capability])
    plan = make_plan(PUBLISHED, 16, batch, tiles, "float16")
    first = {launch.kernel: launch for launch in (*plan.trunk, *plan.head, *plan.draw)}
    return {
        name: {"tile": dict(launch.constants), "stages": launch.stages, "warps": launch.warps}
        | usage(compiled(launch, plan, capability))
        for name, launch in first.items()
    }


if __name__ == "__main__":
    capability, *batches = map(int, sys.argv[1:])
    print(json.dumps({batch: report(capability, batch) for batch in batches}))
