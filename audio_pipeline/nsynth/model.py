"""An NSynth model in memory: its tensors under the published names, and their sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

CLASSES = 256  # of the mu-law codes


@dataclass(frozen=True)
class Sizes:
    """Widths and depths, all read from the tensors; dilation stages and hop are conventions."""

    decoder_width: int  # residual channels: 512 in the published model
    skip_width: int  # 256
    encoder_width: int  # 128
    bottleneck: int  # latent channels: 16
    classes: int  # 256
    decoder_depth: int  # dilated layers: 30
    encoder_depth: int  # 30
    stages: int = 10  # dilations 1, 2, .. 2 ** (stages - 1), again and again
    hop: int = 512  # samples per latent frame
    pitches: int = 0  # of the one-hot pitch that some models are conditioned on; 0: none


@dataclass(frozen=True)
class Model:
    """Tensors float32 by published name ("dilatedconv_1/W": [1, taps, in, out], "…/biases")."""

    sizes: Sizes
    tensors: Mapping[str, torch.Tensor]
    source: str = ""  # where it came from, for reports
    weights: str = "raw"  # as trained, or "ema": their running mean

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.tensors["logits/W"].device


def dilation(layer: int, stages: int) -> int:
    """The dilation in samples of a layer, counted from 1 as the published names are."""
    return int(2 ** ((layer - 1) % stages))


def receptive_field(depth: int, stages: int, taps: int = 3) -> int:
    """How many past samples a decoder of `depth` layers sees: 6141 in the published model.

    Its first convolution counts as a layer with dilation 1; the last sample comes in one late.
    """
    steps = 1 + sum(dilation(layer, stages) for layer in range(1, depth + 1))
    return (taps - 1) * steps + 1
