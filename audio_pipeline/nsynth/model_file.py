"""Stores NSynth models as safetensors files, the sizes in the metadata, and reads them back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open

from audio_pipeline.errors import ModelError
from audio_pipeline.nsynth.model import Model, Sizes
from audio_pipeline.nsynth.shapes import ShapeError, expected_shapes, sizes_of
from device.pack.atomic import write_atomic

FORMAT_VERSION = 1
_KEY = "latentpad_nsynth"  # the only one: safetensors stores several in a random order
_MOST_STAGES, _MOST_HOP = 16, 1 << 16


def save_model(path: Path, model: Model) -> None:
    """Write the model, or leave what was there; the same model gives the same bytes.

    Raises PackWriteError.
    """
    about = {
        "version": FORMAT_VERSION,
        "sizes": asdict(model.sizes),
        "source": model.source,
        "weights": model.weights,
    }
    tensors = {
        name: tensor.detach().cpu().contiguous() for name, tensor in model.tensors.items()
    }  # fmt: skip
    data = safetensors.torch.save(tensors, {_KEY: json.dumps(about, sort_keys=True)})

    def write(file: BinaryIO) -> None:
        file.write(data)

    write_atomic(path, write)


def load_model(path: Path, device: torch.device | str = "cpu") -> Model:
    """Read a model, its tensors on `device`. Nothing in the file is ever executed.

    Raises ModelError: not such a file, of a newer version, tensors that do not fit together.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = _about(path, file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ModelError(path, f"is not a whole safetensors file ({error})") from error
    except OSError as error:
        raise ModelError(path, f"cannot be read: {error.strerror or error}") from error
    sizes = _checked_sizes(path, about.get("sizes"), tensors)
    on_device = {name: tensor.to(device) for name, tensor in tensors.items()}
    return Model(sizes, on_device, str(about.get("source", "")), str(about.get("weights", "raw")))


def _about(path: Path, metadata: dict[str, str]) -> dict[str, Any]:
    if _KEY not in metadata:
        way_out = "make one with latentpad-render nsynth convert"
        raise ModelError(path, f"holds tensors, but is not a model of this program; {way_out}")
    try:
        about = json.loads(metadata[_KEY])
    except (ValueError, RecursionError) as error:
        raise ModelError(path, f"its description cannot be read: {error}") from error
    version = about.get("version") if isinstance(about, dict) else None
    if version != FORMAT_VERSION:
        reason = f"is in version {version} of the format; this program reads {FORMAT_VERSION}"
        raise ModelError(path, reason)
    return dict(about)


def _checked_sizes(path: Path, stored: object, tensors: dict[str, torch.Tensor]) -> Sizes:
    """The stored sizes, which must be those of the tensors."""
    if not isinstance(stored, dict):
        raise ModelError(path, "its description has no sizes")
    stages = _number(path, stored, "stages", _MOST_STAGES)
    hop = _number(path, stored, "hop", _MOST_HOP)
    try:
        shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        sizes = sizes_of(shapes, stages, hop)
    except ShapeError as error:
        raise ModelError(path, error.reason, error.tensor) from error
    for name, found in asdict(sizes).items():
        if stored.get(name) != found:
            said = stored.get(name)
            raise ModelError(path, f"its tensors have {name} {found}, its description {said!r}")
    _check_values(path, sizes, tensors)
    return sizes


def _check_values(path: Path, sizes: Sizes, tensors: dict[str, torch.Tensor]) -> None:
    expected = expected_shapes(sizes)
    for name, tensor in tensors.items():
        if name not in expected:
            raise ModelError(path, "is not part of such a network", name)
        if tensor.dtype != torch.float32:
            raise ModelError(path, f"is {tensor.dtype}; torch.float32 was expected", name)
        if not bool(torch.isfinite(tensor).all()):
            raise ModelError(path, "has values that are not finite numbers", name)


def _number(path: Path, stored: dict[str, object], name: str, most: int) -> int:
    value = stored.get(name)
    if not isinstance(value, int) or not 1 <= value <= most:
        raise ModelError(path, f"its description has {name} {value!r}; it must be 1..{most}")
    return value
