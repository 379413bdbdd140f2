"""Checkpoints to models: raw weights or running means, and what is missing is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.errors import CheckpointError, ModelError
from audio_pipeline.nsynth.convert import read_checkpoint
from audio_pipeline.nsynth.model import Model, Sizes
from audio_pipeline.nsynth.shapes import expected_shapes

Arrays = dict[str, NDArray[Any]]


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "model.ckpt-7"


def trained(sizes: Sizes) -> Arrays:
    """All that training of a network of these sizes leaves, in names and shapes.

    The last residual convolution has no effect, so the optimiser keeps nothing for it.
    """
    random = np.random.default_rng(1)
    arrays: Arrays = {"global_step": np.array(7, np.int32)}
    arrays |= {name: np.array(0.5, np.float32) for name in ("beta1_power", "beta2_power")}
    last = f"res_{sizes.decoder_depth}/"
    for name, shape in expected_shapes(sizes).items():
        slots = ("", "/ExponentialMovingAverage")
        if not name.startswith(last):
            slots = (*slots, "/Adam", "/Adam_1")
        for slot in slots:
            arrays[name + slot] = random.normal(size=shape).astype(np.float32)
    return arrays


def test_a_checkpoint_of_the_published_structure(bundle_writer: ModuleType, prefix: Path) -> None:
    """All 1495 names of the published file, with narrow layers."""
    sizes = Sizes(4, 3, 2, 5, 256, 30, 30)
    arrays = trained(sizes)
    assert len(arrays) == 1495
    bundle_writer.write_bundle(prefix, arrays)
    for ema, suffix in ((False, ""), (True, "/ExponentialMovingAverage")):
        model = read_checkpoint(prefix.parent, ema=ema)
        assert model.sizes == sizes
        assert (model.source, model.weights) == ("model.ckpt-7", "ema" if ema else "raw")
        assert set(model.tensors) == set(expected_shapes(sizes))
        for name, tensor in model.tensors.items():
            np.testing.assert_array_equal(tensor, arrays[name + suffix])


def test_the_originals_checkpoint(golden_model: Model) -> None:
    assert golden_model.sizes == Sizes(32, 16, 16, 16, 256, 30, 30)
    assert len(golden_model.tensors) == 374
    assert all(tensor.dtype == torch.float32 for tensor in golden_model.tensors.values())


Changed = Callable[[Arrays], object]


@pytest.mark.parametrize(
    ("change", "ema", "error", "words"),
    [
        (lambda a: a.pop("skip_2/W"), False, ModelError,
         "skip_2/W: is missing; shape [1, 1, 6, 5] was expected"),
        (lambda a: a.update({"out1/biases": np.zeros(4, np.float32)}), False, ModelError,
         "out1/biases: has shape [4]; [5] was expected"),
        (lambda a: a.pop("res_1/W/ExponentialMovingAverage"), True, ModelError,
         "res_1/W/ExponentialMovingAverage: is missing"),
        (lambda a: a.update({"logits/biases": np.zeros(256)}), False, CheckpointError,
         "logits/biases: is float64; float32 was expected"),
        (lambda a: a["logits/biases"].fill(np.nan), False, CheckpointError,
         "logits/biases: has values that are not finite numbers"),
        (lambda a: a.clear(), False, ModelError, "/W: is missing; every NSynth network has it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    bundle_writer: ModuleType, prefix: Path, small_sizes: Sizes,
    change: Changed, ema: bool, error: type[ModelError], words: str,
) -> None:  # fmt: skip
    arrays = trained(small_sizes)
    change(arrays)
    bundle_writer.write_bundle(prefix, arrays)
    with pytest.raises(error, match=re.escape(words)) as raised:
        read_checkpoint(prefix, ema=ema)
    assert str(raised.value).startswith(f"{prefix}.index: ")


def test_damage_in_what_is_left_aside_does_no_harm(
    bundle_writer: ModuleType, prefix: Path, small_sizes: Sizes
) -> None:
    arrays = trained(small_sizes)
    bundle_writer.write_bundle(prefix, arrays)
    entries, data = bundle_writer.entries_of(arrays)
    path = prefix.with_name("model.ckpt-7.data-00000-of-00001")
    for name, fine in (("out1/W/Adam", True), ("out1/W", False)):
        damaged = bytearray(data)
        damaged[entries[name].offset] ^= 1
        path.write_bytes(damaged)
        if fine:
            read_checkpoint(prefix)
        else:
            with pytest.raises(CheckpointError, match="out1/W: its checksum is wrong"):
                read_checkpoint(prefix)
