"""The decoder's tensors in the layout that a plan's kernels read."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from audio_pipeline.nsynth.generation.buffers import padded_channels
from audio_pipeline.nsynth.generation.decoder import Decoder

_TYPES = {
    "float16": torch.float16,
    "float32": torch.float32,
    "int32": torch.int32,
    "int64": torch.int64,
    "uint8": torch.uint8,
}


def torch_type(name: str) -> torch.dtype:
    """The type that a plan names."""
    return _TYPES[name]


def interleaved(columns: Tensor) -> Tensor:
    """Sigmoid and tanh columns in turns, so that a kernel has both of a pair in one tile."""
    opening, signal = columns.chunk(2, dim=-1)
    return torch.stack([opening, signal], dim=-1).flatten(-2)


def split_condition(condition: Tensor, dtype: torch.dtype) -> Tensor:
    """Conditioning [B, z] as the kernels multiply it: rounded, and what rounding left.

    Each half is padded with zeros; both meet the same weights, so the latents lose nothing.
    """
    pad = padded_channels(condition.shape[1]) // 2 - condition.shape[1]
    high = condition.to(dtype)
    low = (condition - high.float()).to(dtype)
    return torch.cat([torch.nn.functional.pad(half, (0, pad)) for half in (high, low)], dim=1)


def twice(matrix: Tensor) -> Tensor:
    """The weights [z, columns] of the conditioning, for both halves of `split_condition`."""
    pad = padded_channels(matrix.shape[0]) // 2 - matrix.shape[0]
    half = torch.nn.functional.pad(matrix, (0, 0, 0, pad))
    return torch.cat([half, half], dim=0)


def weights(decoder: Decoder) -> Mapping[str, Tensor]:
    """Float32 on the CPU, by the names that a plan has for them."""
    layers = decoder.layers
    return {
        "start": decoder.start,
        "start_bias": decoder.start_bias,
        "taps": torch.stack([interleaved(layer.taps) for layer in layers]),
        "condition_map": torch.stack([interleaved(twice(layer.condition)) for layer in layers]),
        "gate_bias": torch.stack([interleaved(layer.bias) for layer in layers]),
        "res": torch.stack([layer.res for layer in layers]),
        "res_bias": torch.stack([layer.res_bias for layer in layers]),
        "skip": torch.cat([layer.skip for layer in layers]),
        "skip_start": decoder.skip_start,
        "skip_bias": decoder.skip_bias,
        "head": decoder.out1,
        "head_condition": twice(decoder.out1_condition),
        "head_bias": decoder.out1_bias,
        "output": decoder.logits,
        "output_bias": decoder.logits_bias,
    }
