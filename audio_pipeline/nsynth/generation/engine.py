"""What an engine does for a batch of notes, whatever it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import RenderError

CENTRE = 128  # the class of code 0; the network's input is (class - 128) / 128


class NotFiniteError(RenderError, FloatingPointError):
    """The network's output is infinite or not a number; nothing drawn from it is of use."""

    def __init__(self, frame: int, type_name: str) -> None:
        super().__init__(
            f"frame {frame}: the decoder's output is not finite in {type_name}; its weights or "
            "the embeddings are damaged, or too large for this type (device='cpu' has float32)"
        )


@dataclass(frozen=True)
class Job:
    """The notes of one batch."""

    conditions: NDArray[np.float32]  # [B, frames, latents + one-hot pitch]
    seeds: NDArray[np.uint64]  # [B]
    temperature: float


class Engine(Protocol):
    """Generates frame after frame; its buffers are made once, for batches of one size."""

    def begin(self, job: Job, frame: int = 0) -> None:
        """Forget the past and stand at the start of a frame, as if silence went before."""

    def frame(self) -> NDArray[np.uint8]:
        """The classes [B, hop] of the next frame. Raises NotFiniteError."""

    def force(self, classes: NDArray[np.uint8]) -> None:
        """Pass over a frame whose classes [B, hop] are known."""

    def score(self, classes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As `force`; gives the logits [B, hop, classes] that each sample was drawn from."""

    def close(self) -> None:
        """Free the memory; may be called again."""


def require_fit(job: Job, batch: int, channels: int) -> None:
    """Raise ValueError where a job's shapes are not those that an engine was made for."""
    shape: tuple[Any, ...] = job.conditions.shape
    if len(shape) != 3 or shape[0] != batch or shape[2] != channels or job.seeds.shape != (batch,):
        raise ValueError(
            f"conditions of shape {shape} and {job.seeds.shape} seeds do not fit an engine for "
            f"{batch} notes of {channels} channels"
        )
    if not job.temperature > 0:
        raise ValueError(f"temperature {job.temperature} is not above 0")
