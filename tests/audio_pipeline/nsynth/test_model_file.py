"""Model files: what is saved is loaded, and anything else is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_pipeline.errors import ModelError
from audio_pipeline.nsynth.model import Model, Sizes
from audio_pipeline.nsynth.model_file import load_model, save_model

MakeModel = Callable[[Sizes], Model]


@pytest.fixture
def model(random_model: MakeModel, small_sizes: Sizes) -> Model:
    return random_model(small_sizes)


def test_what_is_saved_is_loaded(random_model: MakeModel, tmp_path: Path) -> None:
    sizes = Sizes(6, 5, 4, 3, 256, 4, 3, stages=3, hop=16, pitches=9)
    model = replace(random_model(sizes), weights="ema", source="model.ckpt-7")
    path = tmp_path / "m.safetensors"
    save_model(path, model)
    loaded = load_model(path)
    assert (loaded.sizes, loaded.source, loaded.weights) == (sizes, "model.ckpt-7", "ema")
    assert set(loaded.tensors) == set(model.tensors)
    assert all(torch.equal(loaded.tensors[name], model.tensors[name]) for name in model.tensors)


def test_the_same_model_gives_the_same_bytes(model: Model, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    save_model(first, model)
    save_model(second, replace(model, tensors=dict(reversed(list(model.tensors.items())))))
    assert first.read_bytes() == second.read_bytes()
    assert sorted(tmp_path.iterdir()) == [first, second]  # no temporary file is left


def test_views_and_gradients_can_be_saved(model: Model, tmp_path: Path) -> None:
    weights = model.tensors["out1/W"]
    turned = weights.transpose(2, 3).contiguous().transpose(2, 3).requires_grad_()
    save_model(tmp_path / "m", replace(model, tensors={**model.tensors, "out1/W": turned}))
    assert torch.equal(load_model(tmp_path / "m").tensors["out1/W"], weights)


def save_changed(
    path: Path, model: Model, tensors: dict[str, torch.Tensor | None], about: dict[str, Any]
) -> None:
    """Write a file in which tensors or parts of the description are others."""
    kept = {**model.tensors, **tensors}
    description = {"version": 1, "sizes": asdict(model.sizes), "source": "", "weights": "raw"}
    metadata = {"latentpad_nsynth": json.dumps(description | about)}
    whole = {name: tensor for name, tensor in kept.items() if tensor is not None}
    path.write_bytes(safetensors.torch.save(whole, metadata))


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ({"res_2/W": None}, r"res_2/W: is missing; shape \[1, 1, 6, 6\] was expected"),
        ({"res_2/biases": torch.zeros(7)}, r"res_2/biases: has shape \[7\]; \[6\] was"),
        ({"res_2/biases": torch.zeros(6).double()}, "res_2/biases: is torch.float64"),
        ({"res_2/biases": torch.full((6,), torch.nan)}, "res_2/biases: has values that are not"),
        ({"more": torch.zeros(1)}, "more: is not part of such a network"),
    ],
)
def test_tensors_that_are_refused(
    model: Model, tmp_path: Path, tensors: dict[str, torch.Tensor | None], words: str
) -> None:
    save_changed(tmp_path / "m", model, tensors, {})
    with pytest.raises(ModelError, match=words):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"version": 2}, "is in version 2 of the format; this program reads 1"),
        ({"sizes": None}, "its description has no sizes"),
        ({"sizes": {"stages": 0, "hop": 16}}, "its description has stages 0; it must be 1..16"),
        ({"sizes": {"stages": 3}}, "its description has hop None"),
        ({"sizes": {"stages": 3, "hop": 16}}, "decoder_width 6, its description None"),
    ],
)
def test_descriptions_that_are_refused(
    model: Model, tmp_path: Path, about: dict[str, Any], words: str
) -> None:
    save_changed(tmp_path / "m", model, {}, about)
    with pytest.raises(ModelError, match=words):
        load_model(tmp_path / "m")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(ModelError, match=r"m\.safetensors: "):
        load_model(path)
    torch.save({"a": torch.zeros(1)}, path)  # a pickle, which must not be executed
    with pytest.raises(ModelError, match="is not a whole safetensors file"):
        load_model(path)
    path.write_bytes(b"")
    with pytest.raises(ModelError):
        load_model(path)
    path.write_bytes(safetensors.torch.save({"a": torch.zeros(1)}))
    with pytest.raises(ModelError, match="make one with latentpad-render nsynth convert"):
        load_model(path)
    path.write_bytes(safetensors.torch.save({"a": torch.zeros(1)}, {"latentpad_nsynth": "[[["}))
    with pytest.raises(ModelError, match="its description cannot be read"):
        load_model(path)
    with pytest.raises(ModelError):
        load_model(tmp_path)


@settings(max_examples=100)
@given(data=st.data())
def test_damage_is_refused_or_does_no_harm(
    random_model: MakeModel,
    small_sizes: Sizes,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    """In the description, that is: values in the tensors have no checksum."""
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    save_model(path, random_model(small_sizes))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, 8 + int.from_bytes(content[:8], "little") % 20_000))
        content[min(place, len(content) - 1)] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 1, 100]))])
    try:
        loaded = load_model(path)
    except ModelError:
        return
    widths = (loaded.sizes.decoder_width, loaded.sizes.skip_width, loaded.sizes.bottleneck)
    assert widths == (6, 5, 3)
