"""Sizes from shapes, and which tensor is named when shapes do not go together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audio_pipeline.nsynth.model import Sizes
from audio_pipeline.nsynth.shapes import Shape, ShapeError, expected_shapes, sizes_of

PUBLISHED = Sizes(512, 256, 128, 16, 256, 30, 30)


def changed(sizes: Sizes, **others: Shape | None) -> dict[str, Shape]:
    """Shapes with some replaced, or left out where None; "__" stands for "/"."""
    shapes: dict[str, Shape | None] = {**expected_shapes(sizes)}
    shapes |= {name.replace("__", "/"): shape for name, shape in others.items()}
    return {name: shape for name, shape in shapes.items() if shape is not None}


def test_the_published_network_has_374_tensors() -> None:
    shapes = expected_shapes(PUBLISHED)
    assert len(shapes) == 374
    assert shapes["dilatedconv_30/W"] == (1, 3, 512, 1024)
    assert shapes["cond_map_1/W"] == (1, 1, 16, 1024)
    assert shapes["ae_bottleneck/biases"] == (16,)


@pytest.mark.parametrize("sizes", [
    PUBLISHED,
    Sizes(6, 5, 4, 3, 256, decoder_depth=4, encoder_depth=1, stages=3, hop=16, pitches=7),
    Sizes(16, 16, 16, 16, 256, decoder_depth=12, encoder_depth=20),
])  # fmt: skip
def test_sizes_come_back_from_shapes(sizes: Sizes) -> None:
    shapes = {**expected_shapes(sizes), "global_step": (), "dilatedconv_99/W/Adam": (1,)}
    assert sizes_of(shapes, sizes.stages, sizes.hop) == sizes


@pytest.mark.parametrize(
    ("shapes", "tensor", "words"),
    [
        ({"logits__W": None}, "logits/W", "is missing; shape [1, 1, 256, 256] was expected"),
        ({"startconv__W": None}, "startconv/W", "is missing; every NSynth network has it"),
        ({"dilatedconv_7__W": None}, "dilatedconv_7/W", "is missing; shape [1, 3, 512, 1024]"),
        ({"skip_30__biases": None}, "skip_30/biases", "is missing; shape [256] was"),
        ({"res_3__W": (1, 1, 512, 511)}, "res_3/W", "has shape [1, 1, 512, 511]; [1, 1, 512, 512]"),
        ({"startconv__W": (1, 2, 1, 512)}, "startconv/W", "has shape [1, 2, 1, 512]; [1, 3, 1,"),
        ({"startconv__W": (512,)}, "startconv/W", "has shape [512]; [1, taps, in, out]"),
        ({"startconv__W": (1, 3, 1, 0)}, "startconv/W", "has shape [1, 3, 1, 0]"),
        ({"cond_map_out1__W": (1, 1, 9, 256)}, "cond_map_out1/W", "takes 9 channels, but"),
        ({"dilatedconv_31__W": (1,)}, "dilatedconv_31/W", "has shape [1]; [1, 3, 512, 1024]"),
        ({"ae_startconv__W": (1, 3, 1, 64)}, "ae_startconv/biases", "has shape [128]; [64]"),
        ({"dilatedconv_9999__W": (1,)}, "dilatedconv_31/W", "is missing"),
    ],
)
def test_the_tensor_that_does_not_fit_is_named(
    shapes: dict[str, Shape | None], tensor: str, words: str
) -> None:
    with pytest.raises(ShapeError) as raised:
        sizes_of(changed(PUBLISHED, **shapes))
    assert raised.value.tensor == tensor
    assert words in raised.value.reason


def test_a_network_without_layers_is_refused() -> None:
    shapes = {
        name: shape
        for name, shape in expected_shapes(PUBLISHED).items()
        if not name.startswith("ae_dilatedconv")
    }
    with pytest.raises(ShapeError, match="ae_dilatedconv_1/W: is missing"):
        sizes_of(shapes)


def test_pitches_are_what_the_conditioning_takes_beside_the_embedding() -> None:
    sizes = replace(PUBLISHED, pitches=128)
    assert expected_shapes(sizes)["cond_map_out1/W"] == (1, 1, 144, 256)
    assert sizes_of(expected_shapes(sizes)) == sizes
