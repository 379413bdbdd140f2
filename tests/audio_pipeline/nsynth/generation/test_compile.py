"""The kernels compile for GPUs that are not here, at the published model's size, unspilled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("triton")
HERE = Path(__file__).parent
MOST_REGISTERS = 255
GPU_OF = {80: "A100", 89: "GeForce 40", 90: "H100, H200", 120: "GeForce 50"}


@pytest.mark.parametrize("capability", GPU_OF, ids=GPU_OF.get)
def test_kernels_compile(capability: int) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "TRITON_INTERPRET"}
    command = [sys.executable, str(HERE / "offline.py"), str(capability), "8448"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    kernels = json.loads(done.stdout)["8448"]
    assert set(kernels) == {"start", "gate", "res", "skip", "combine", "head", "output", "draw"}
    for name, kernel in kernels.items():
        assert kernel["LDL"] == kernel["STL"] == 0, (name, kernel)  # no register is spilled
        assert kernel["stack"] <= 16, (name, kernel)
    products = [kernels[name] for name in ("gate", "res", "skip", "head", "output")]
    instruction = "HGMMA" if capability == 90 else "HMMA"
    assert all(kernel[instruction] > 0 for kernel in products)  # on the tensor cores
