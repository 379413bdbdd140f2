"""Runs a plan's launches on tensors: one by one, or recorded once as a CUDA graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Protocol

import torch
from torch import Tensor

from audio_pipeline.nsynth.generation.launch import Launch, Part

Step = Callable[[int], None]  # runs one step's launches, so many steps ahead of the clock


class Launcher:
    """Binds launches to a device's tensors and to kernels: `kernels` (Triton) or `plain`."""

    def __init__(self, kernels: ModuleType, tensors: Mapping[str, Tensor]) -> None:
        self._kernels, self._tensors = kernels, tensors

    def bind(self, launches: Sequence[Launch]) -> Step:
        """The launches as one call."""
        calls = [self._call(launch) for launch in launches]

        def run(ahead: int) -> None:
            for call in calls:
                call(ahead)

        return run

    def tick(self, steps: int) -> None:
        """Move the clock on."""
        launch = Launch("tick", (1,), {"clock": "clock", "steps": steps}, {}, 1, 1, timed=False)
        self._call(launch)(0)

    def _call(self, launch: Launch) -> Step:
        kernel = getattr(self._kernels, launch.kernel)
        fixed: dict[str, Any] = {
            name: self._value(value) for name, value in launch.arguments.items()
        }
        if getattr(self._kernels, "INTEGERS", None) is not None:  # Triton
            kernel = kernel[launch.grid]
            fixed |= launch.constants
            fixed |= {"num_warps": launch.warps, "num_stages": launch.stages}

        def call(ahead: int) -> None:
            timed: dict[str, Any] = {"ahead": ahead} if launch.timed else {}
            kernel(**fixed, **timed)

        return call

    def _value(self, value: str | Part | int) -> Tensor | int:
        if isinstance(value, Part):
            return self._tensors[value.buffer][value.index]
        return self._tensors[value] if isinstance(value, str) else value


class Runner(Protocol):
    """Runs a batch's steps."""

    def run(self, steps: int) -> None:
        """Run so many steps, and move the clock on."""


class Closed:
    """A runner whose tensors are gone."""

    def run(self, steps: int) -> None:
        """Raise RuntimeError."""
        raise RuntimeError(f"{steps} steps asked of a closed engine")


class Direct:
    """Runs steps launch by launch, on any device."""

    def __init__(self, launcher: Launcher, step: Step) -> None:
        self._launcher, self._step = launcher, step

    def run(self, steps: int) -> None:
        """Run so many steps, and move the clock on."""
        for ahead in range(steps):
            self._step(ahead)
        self._launcher.tick(steps)


class Recorded:
    """Runs steps as a CUDA graph of `length` of them, recorded at the first use."""

    def __init__(self, launcher: Launcher, step: Step, length: int) -> None:
        self._direct = Direct(launcher, step)
        self._length = length
        self._graph: Any = None  # torch.cuda.CUDAGraph, which is not typed

    def run(self, steps: int) -> None:
        """Run so many steps, a multiple of the graph's length."""
        if self._graph is None:
            self._direct.run(self._length)  # compiles the kernels, which a recording must not
            torch.cuda.synchronize()
            self._record()
            steps -= self._length
        for _ in range(steps // self._length):
            self._graph.replay()

    def _record(self) -> None:
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._direct.run(self._length)


def graph_length(hop: int, most: int = 32) -> int:
    """Steps per graph: the most that divide a frame."""
    return max(length for length in range(1, most + 1) if hop % length == 0)
