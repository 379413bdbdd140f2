"""Batched generation on a GPU: fused kernels in CUDA graphs, the state in device memory.

The same engine runs on the CPU, slowly, with the kernels in Triton's interpreter or in PyTorch
operations: that is how its tests see all but the recording of graphs.
"""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth.generation import plain
from audio_pipeline.nsynth.generation.decoder import Decoder
from audio_pipeline.nsynth.generation.engine import CENTRE, Job, NotFiniteError, require_fit
from audio_pipeline.nsynth.generation.launching import (
    Closed,
    Direct,
    Launcher,
    Recorded,
    Runner,
    Step,
    graph_length,
)
from audio_pipeline.nsynth.generation.matrices import split_condition, torch_type, weights
from audio_pipeline.nsynth.generation.plan import Plan, make_plan
from audio_pipeline.nsynth.generation.tiles import Gpu, Tiles, suits_tiles
from audio_pipeline.nsynth.model import Sizes

ELEMENT = "float16"  # an eighth of bfloat16's rounding; activations stay far below its 65504


def gpu(device: torch.device) -> Gpu:
    """What the choice of tiles needs to know."""
    properties: Any = torch.cuda.get_device_properties(device)
    shared_bytes = getattr(properties, "shared_memory_per_block_optin", 99 * 1024)
    return Gpu(properties.multi_processor_count, shared_bytes)


def kernels_for(device: torch.device, sizes: Sizes) -> ModuleType:
    """Triton's kernels where they run and suit the model, else PyTorch operations.

    They need compute capability 8.0 (2020: A100, GeForce 30), a Triton for the system, and what
    Triton itself needs at the first launch: a C compiler and Python's headers.
    """
    if not suits_tiles(sizes) or torch.cuda.get_device_capability(device) < (8, 0):
        return plain
    try:
        from audio_pipeline.nsynth.generation import kernels

        try_out(kernels, device)
    except Exception as error:  # whatever keeps Triton from running, there is another way
        warnings.warn(
            f"Triton does not run here ({type(error).__name__}: {error}); generating with "
            "PyTorch's operations instead, which is slower",
            stacklevel=2,
        )
        return plain
    return kernels


def try_out(kernels: ModuleType, device: torch.device) -> None:
    """Launch the smallest kernel; raises whatever goes wrong, RuntimeError for a wrong result."""
    clock = torch.full((1,), 40, dtype=torch.int32, device=device)
    launcher = Launcher(kernels, {"clock": clock})
    launcher.tick(2)
    if int(clock) != 42:
        raise RuntimeError(f"a kernel counted 40 + 2 = {int(clock)}")


class CudaEngine:
    """See Engine; `device` "cpu" is for tests."""

    def __init__(
        self, decoder: Decoder, batch: int, tiles: Tiles, *, device: torch.device,
        kernels: ModuleType, element: str = ELEMENT,
    ) -> None:  # fmt: skip
        self.batch, self._decoder, self._device = batch, decoder, device
        self._hop = decoder.sizes.hop
        self._element = torch_type(element)
        self.plan = make_plan(decoder.sizes, decoder.channels, batch, tiles, element)
        self._tensors = _allocate(self.plan, decoder, device)
        self.kernels = kernels
        launcher = Launcher(kernels, self._tensors)
        whole = (*self.plan.trunk, *self.plan.head, *self.plan.draw)
        self._free = self._runner(launcher, launcher.bind(whole))
        self._forced = self._runner(launcher, launcher.bind(self.plan.trunk))
        self._scored: Runner = Direct(launcher, launcher.bind((*self.plan.trunk, *self.plan.head)))
        self._number = 0

    @torch.inference_mode()
    def begin(self, job: Job, frame: int = 0) -> None:
        """See Engine."""
        require_fit(job, self.batch, self._decoder.channels)
        self._conditions, self._number = job.conditions, frame
        for name, tensor in self._tensors.items():
            if name.startswith("ring_"):
                tensor.zero_()
        self._tensors["codes"].fill_(CENTRE)
        self._tensors["clock"].fill_(frame * self._hop)
        self._tensors["inverse_temperature"].fill_(1 / job.temperature)
        self._tensors["seeds"].copy_(torch.from_numpy(job.seeds.view(np.int64)))

    @torch.inference_mode()
    def frame(self) -> NDArray[np.uint8]:
        """See Engine."""
        self._condition()
        self._free.run(self._hop)
        if not bool(self._tensors["logits"].isfinite().all()):
            raise NotFiniteError(self._number, str(self._element))
        drawn = self._codes().T.cpu().numpy()
        self._number += 1
        return np.ascontiguousarray(drawn)

    @torch.inference_mode()
    def force(self, classes: NDArray[np.uint8]) -> None:
        """See Engine."""
        self._condition()
        self._codes().copy_(torch.from_numpy(np.ascontiguousarray(classes.T)))
        self._forced.run(self._hop)
        self._number += 1

    @torch.inference_mode()
    def score(self, classes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See Engine."""
        self._condition()
        self._codes().copy_(torch.from_numpy(np.ascontiguousarray(classes.T)))
        rows = []
        for _ in range(self._hop):
            self._scored.run(1)
            rows.append(self._tensors["logits"].cpu().clone())
        self._number += 1
        return torch.stack(rows, dim=1).numpy()

    def close(self) -> None:
        """See Engine."""
        self._free = self._forced = self._scored = Closed()
        self._tensors.clear()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _runner(self, launcher: Launcher, step: Step) -> Runner:
        if self._device.type == "cuda":
            return Recorded(launcher, step, graph_length(self._hop))
        return Direct(launcher, step)

    def _condition(self) -> None:
        """Put the frame's conditioning where the kernels read it."""
        condition = torch.from_numpy(np.ascontiguousarray(self._conditions[:, self._number]))
        self._tensors["condition"].copy_(split_condition(condition, self._element))

    def _codes(self) -> torch.Tensor:
        """The classes [hop, B] of the current frame; the other half has those before it."""
        begin = self._number % 2 * self._hop
        return self._tensors["codes"][begin : begin + self._hop]


def _allocate(plan: Plan, decoder: Decoder, device: torch.device) -> dict[str, torch.Tensor]:
    """All tensors of a plan, the weights filled in."""
    tensors = {
        name: torch.zeros(buffer.shape, dtype=torch_type(buffer.type), device=device)
        for name, buffer in plan.buffers.items()
    }
    for name, tensor in weights(decoder).items():
        tensors[name].copy_(tensor)
    return tensors
