"""What a plan consists of: buffers by name, and launches of kernels on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

BYTES = {"float16": 2, "float32": 4, "int32": 4, "int64": 8, "uint8": 1}


@dataclass(frozen=True)
class Buffer:
    """A tensor in the device's memory."""

    shape: tuple[int, ...]
    type: str  # one of BYTES

    @property
    def bytes(self) -> int:
        """Its size."""
        return math.prod(self.shape) * BYTES[self.type]


@dataclass(frozen=True)
class Part:
    """One entry along a buffer's first axis."""

    buffer: str
    index: int


@dataclass(frozen=True)
class Launch:
    """A kernel over a grid of programs, with its arguments by name."""

    kernel: str
    grid: tuple[int, ...]
    arguments: Mapping[str, str | Part | int]  # a buffer, a part of one, or a number
    constants: Mapping[str, int]  # compiled in; only the Triton kernels have them
    warps: int = 4
    stages: int = 1
    timed: bool = True  # reads the clock
