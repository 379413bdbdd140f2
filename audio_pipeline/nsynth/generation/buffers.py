"""The buffers of a plan: the decoder's weights, and what a batch of notes needs."""

from __future__ import annotations

import math

from audio_pipeline.nsynth.generation.launch import Buffer
from audio_pipeline.nsynth.generation.tiles import Tiles
from audio_pipeline.nsynth.model import Sizes, dilation

CONDITION_STEP = 16  # the conditioning's channels are padded to a multiple


def padded_channels(channels: int) -> int:
    """Of the conditioning on the device: a high and a low half, each padded."""
    return 2 * math.ceil(channels / CONDITION_STEP) * CONDITION_STEP


def ring_slots(sizes: Sizes, layer: int) -> int:
    """Slots of a layer's ring; layers count from 1."""
    return 2 * dilation(layer, sizes.stages) + 1


def codes_slots(sizes: Sizes) -> int:
    """Steps whose classes are kept: a frame, and that before it."""
    return 2 * sizes.hop


def weight_buffers(sizes: Sizes, channels: int, kind: str) -> dict[str, Buffer]:
    """Of the weights, with padded channels; `kind` is the type of matrices."""
    width, skip, layers = sizes.decoder_width, sizes.skip_width, sizes.decoder_depth
    return {
        "start": Buffer((3, width), "float32"),
        "start_bias": Buffer((width,), "float32"),
        "taps": Buffer((layers, 3 * width, 2 * width), kind),
        "condition_map": Buffer((layers, channels, 2 * width), kind),
        "gate_bias": Buffer((layers, 2 * width), "float32"),
        "res": Buffer((layers, width, width), kind),
        "res_bias": Buffer((layers, width), "float32"),
        "skip": Buffer((layers * width, skip), kind),
        "skip_start": Buffer((3, skip), "float32"),
        "skip_bias": Buffer((skip,), "float32"),
        "head": Buffer((skip, skip), kind),
        "head_condition": Buffer((channels, skip), kind),
        "head_bias": Buffer((skip,), "float32"),
        "output": Buffer((skip, sizes.classes), kind),
        "output_bias": Buffer((sizes.classes,), "float32"),
    }


def state_buffers(
    sizes: Sizes, channels: int, batch: int, tiles: Tiles, kind: str
) -> dict[str, Buffer]:
    """Of a batch: the layers' pasts, and what kernels hand to each other."""
    width, skip, layers = sizes.decoder_width, sizes.skip_width, sizes.decoder_depth
    rings = {
        f"ring_{layer}": Buffer((ring_slots(sizes, layer), batch, width), kind)
        for layer in range(1, layers + 1)
    }
    return rings | {
        "codes": Buffer((codes_slots(sizes), batch), "uint8"),
        "condition": Buffer((batch, channels), kind),
        "hidden": Buffer((layers, batch, width), kind),
        "parts": Buffer((tiles.splits, batch, skip), "float32"),
        "total": Buffer((batch, skip), kind),
        "head_hidden": Buffer((batch, skip), kind),
        "logits": Buffer((batch, sizes.classes), "float32"),
        "seeds": Buffer((batch,), "int64"),
        "inverse_temperature": Buffer((1,), "float32"),
        "clock": Buffer((1,), "int32"),
    }
