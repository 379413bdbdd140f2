"""Takes the network out of a TensorFlow checkpoint of Magenta's NSynth, or of one trained alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from audio_pipeline.errors import CheckpointError, ModelError
from audio_pipeline.nsynth.model import Model
from audio_pipeline.nsynth.shapes import Shape, ShapeError, expected_shapes, sizes_of
from audio_pipeline.nsynth.tf_checkpoint import Checkpoint, find_prefix

_AVERAGE = "/ExponentialMovingAverage"


def read_checkpoint(place: Path, *, ema: bool = False) -> Model:
    """The model in a checkpoint, given by folder, prefix or .index file; every tensor verified.

    `ema` takes the running means of the weights, which training keeps beside them, rather than
    the weights that Magenta's own generation reads. What else is in there (the optimiser's
    state) is left aside. Raises CheckpointError (damaged) and ModelError (no such network).
    """
    prefix = find_prefix(place)
    checkpoint = Checkpoint.open(prefix)
    suffix = _AVERAGE if ema else ""
    try:
        sizes = sizes_of(_shapes(checkpoint, suffix))
    except ShapeError as error:
        raise ModelError(checkpoint.index, error.reason, error.tensor + suffix) from error
    tensors = {
        name: _tensor(checkpoint, name + suffix) for name in expected_shapes(sizes)
    }  # fmt: skip
    return Model(sizes, tensors, prefix.name, "ema" if ema else "raw")


def _shapes(checkpoint: Checkpoint, suffix: str) -> dict[str, Shape]:
    """Shapes by published name."""
    return {
        name.removesuffix(suffix): entry.shape
        for name, entry in checkpoint.entries.items()
        if name.endswith(suffix)
    }


def _tensor(checkpoint: Checkpoint, name: str) -> torch.Tensor:
    array = checkpoint.read(name)
    if array.dtype != np.float32:
        raise CheckpointError(checkpoint.index, f"is {array.dtype}; float32 was expected", name)
    if not np.isfinite(array).all():
        raise CheckpointError(checkpoint.index, "has values that are not finite numbers", name)
    return torch.tensor(array)
