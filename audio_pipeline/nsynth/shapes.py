"""Which tensors an NSynth network has, their shapes by its sizes, and the sizes by the shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from audio_pipeline.nsynth.model import CLASSES, Sizes

TAPS = 3  # of every dilated convolution, in both networks
Shape = tuple[int, ...]


class ShapeError(ValueError):
    """A tensor that is missing or has another shape than the others ask for; names it."""

    def __init__(self, tensor: str, reason: str) -> None:
        super().__init__(f"{tensor}: {reason}")
        self.tensor = tensor
        self.reason = reason


def expected_shapes(sizes: Sizes) -> dict[str, Shape]:
    """Shape by published name: "/W" is [1, taps, in, out], "/biases" [out]; 374 as published."""
    shapes: dict[str, Shape] = {}
    for name, taps, width_in, width_out in (*_encoder(sizes), *_decoder(sizes)):
        shapes[f"{name}/W"] = (1, taps, width_in, width_out)
        shapes[f"{name}/biases"] = (width_out,)
    return shapes


def _encoder(sizes: Sizes) -> list[tuple[str, int, int, int]]:
    width = sizes.encoder_width
    layers = [("ae_startconv", TAPS, 1, width)]
    for number in range(1, sizes.encoder_depth + 1):
        layers.append((f"ae_dilatedconv_{number}", TAPS, width, width))
        layers.append((f"ae_res_{number}", 1, width, width))
    return [*layers, ("ae_bottleneck", 1, width, sizes.bottleneck)]


def _decoder(sizes: Sizes) -> list[tuple[str, int, int, int]]:
    width, skip = sizes.decoder_width, sizes.skip_width
    condition = sizes.bottleneck + sizes.pitches
    layers = [("startconv", TAPS, 1, width), ("skip_start", 1, width, skip)]
    for number in range(1, sizes.decoder_depth + 1):
        layers.append((f"dilatedconv_{number}", TAPS, width, 2 * width))
        layers.append((f"cond_map_{number}", 1, condition, 2 * width))
        layers.append((f"res_{number}", 1, width, width))
        layers.append((f"skip_{number}", 1, width, skip))
    layers += [("out1", 1, skip, skip), ("cond_map_out1", 1, condition, skip)]
    return [*layers, ("logits", 1, skip, sizes.classes)]


def sizes_of(shapes: Mapping[str, Shape], stages: int = 10, hop: int = 512) -> Sizes:
    """The sizes that a set of shapes implies, all of them checked; others are left aside.

    Raises ShapeError: a tensor is missing, or its shape does not go with the others.
    """
    condition = _weights(shapes, "cond_map_out1")[2]
    bottleneck = _weights(shapes, "ae_bottleneck")[3]
    if condition < bottleneck:
        reason = f"takes {condition} channels, but the embedding has {bottleneck}"
        raise ShapeError("cond_map_out1/W", reason)
    sizes = Sizes(
        decoder_width=_weights(shapes, "startconv")[3],
        skip_width=_weights(shapes, "skip_start")[3],
        encoder_width=_weights(shapes, "ae_startconv")[3],
        bottleneck=bottleneck,
        classes=CLASSES,
        decoder_depth=_depth(shapes, "dilatedconv"),
        encoder_depth=_depth(shapes, "ae_dilatedconv"),
        stages=stages,
        hop=hop,
        pitches=condition - bottleneck,
    )
    check_shapes(shapes, sizes)
    return sizes


def check_shapes(shapes: Mapping[str, Shape], sizes: Sizes) -> None:
    """Raise ShapeError for the first tensor that is missing or has another shape than expected."""
    for name, expected in expected_shapes(sizes).items():
        if name not in shapes:
            raise ShapeError(name, f"is missing; shape {list(expected)} was expected")
        if tuple(shapes[name]) != expected:
            found = list(shapes[name])
            raise ShapeError(name, f"has shape {found}; {list(expected)} was expected")


def _weights(shapes: Mapping[str, Shape], name: str) -> Shape:
    shape = shapes.get(f"{name}/W")
    if shape is None:
        raise ShapeError(f"{name}/W", "is missing; every NSynth network has it")
    if len(shape) != 4 or 0 in shape:
        raise ShapeError(f"{name}/W", f"has shape {list(shape)}; [1, taps, in, out] was expected")
    return tuple(shape)


def _depth(shapes: Mapping[str, Shape], name: str) -> int:
    """The highest layer that is there: one missing below it is found when shapes are checked."""
    pattern = re.compile(rf"{name}_([1-9][0-9]{{0,3}})/W")
    layers = [int(match[1]) for key in shapes if (match := pattern.fullmatch(key))]
    if not layers:
        raise ShapeError(f"{name}_1/W", "is missing; a network has at least one such layer")
    return max(layers)
