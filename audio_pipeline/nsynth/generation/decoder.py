"""The decoder's tensors as the fast engines want them: matrices, with exact folds made."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from audio_pipeline.nsynth.model import Model, Sizes, dilation
from audio_pipeline.nsynth.shapes import TAPS


@dataclass(frozen=True)
class Layer:
    """One dilated layer; float32."""

    dilation: int
    taps: Tensor  # [3 * width, 2 * width]: taps oldest first; sigmoid columns, then tanh columns
    condition: Tensor  # [z, 2 * width]
    bias: Tensor  # [2 * width], of both
    res: Tensor  # [width, width]; the last layer's has no effect
    res_bias: Tensor  # [width]
    skip: Tensor  # [width, skip width]


@dataclass(frozen=True)
class Decoder:
    """All of the decoder; float32."""

    sizes: Sizes
    start: Tensor  # [3, width], taps oldest first
    start_bias: Tensor  # [width]
    layers: tuple[Layer, ...]
    skip_start: Tensor  # [3, skip width]: startconv and skip_start in one
    skip_bias: Tensor  # [skip width], of skip_start and of every layer
    out1: Tensor  # [skip width, skip width]
    out1_condition: Tensor  # [z, skip width]
    out1_bias: Tensor  # [skip width], of both
    logits: Tensor  # [skip width, classes]
    logits_bias: Tensor  # [classes]

    @property
    def channels(self) -> int:
        """Of the conditioning: latents and one-hot pitch."""
        return int(self.out1_condition.shape[0])


def fold(model: Model) -> Decoder:
    """The decoder of a model, on the CPU. Raises ValueError where filters have not three taps.

    The skip connection reads the start convolution of the present only, so both linear maps are
    one. The first dilated layer is linear in samples too, but its queue starts with zeros where
    the start convolution would give its bias: that one stays.
    """
    at = {name: tensor.detach().cpu().double() for name, tensor in model.tensors.items()}
    if len(at["startconv/W"][0]) != TAPS or len(at["dilatedconv_1/W"][0]) != TAPS:
        raise ValueError(f"the engines know filters of {TAPS} samples only; {model.source}")
    start, skip_start = at["startconv/W"][0, :, 0], at["skip_start/W"][0, 0]
    numbers = range(1, model.sizes.decoder_depth + 1)
    skip_bias = at["startconv/biases"] @ skip_start + at["skip_start/biases"]
    for number in numbers:
        skip_bias = skip_bias + at[f"skip_{number}/biases"]
    return Decoder(
        sizes=model.sizes,
        start=_single(start),
        start_bias=_single(at["startconv/biases"]),
        layers=tuple(_layer(at, number, model.sizes.stages) for number in numbers),
        skip_start=_single(start @ skip_start),
        skip_bias=_single(skip_bias),
        out1=_single(at["out1/W"][0, 0]),
        out1_condition=_single(at["cond_map_out1/W"][0, 0]),
        out1_bias=_single(at["out1/biases"] + at["cond_map_out1/biases"]),
        logits=_single(at["logits/W"][0, 0]),
        logits_bias=_single(at["logits/biases"]),
    )


def _layer(at: dict[str, Tensor], number: int, stages: int) -> Layer:
    return Layer(
        dilation=dilation(number, stages),
        taps=_single(at[f"dilatedconv_{number}/W"][0].flatten(0, 1)),
        condition=_single(at[f"cond_map_{number}/W"][0, 0]),
        bias=_single(at[f"dilatedconv_{number}/biases"] + at[f"cond_map_{number}/biases"]),
        res=_single(at[f"res_{number}/W"][0, 0]),
        res_bias=_single(at[f"res_{number}/biases"]),
        skip=_single(at[f"skip_{number}/W"][0, 0]),
    )


def _single(tensor: Tensor) -> Tensor:
    return tensor.to(torch.float32).contiguous()
