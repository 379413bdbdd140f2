"""What the tests of NSynth share: the original's own checkpoint and numbers, and random models.

tests/reference/nsynth/ was made by running the original code (TensorFlow 2.15.1, CPU) with random
weights and narrow layers: a checkpoint as training leaves it, in which only the bytes of the
optimiser's state (…/Adam, …/Adam_1) are zeroed here to keep it small, and what the network gave.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from audio_pipeline.nsynth.model import Model, Sizes

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "reference" / "nsynth"
PREFIX = "model.ckpt-200000"
DATA = f"{PREFIX}.data-00000-of-00001"

if importlib.util.find_spec("torch") is None or importlib.util.find_spec("safetensors") is None:
    collect_ignore_glob = ["*"]  # the nsynth extra is not installed


@pytest.fixture(scope="session")
def golden() -> Mapping[str, NDArray[Any]]:
    """The original's outputs by name; rows of logits are every 111th or 20th sample's."""
    with np.load(REFERENCE / "golden.npz") as file:
        return dict(file)


@pytest.fixture(scope="session")
def checkpoint_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original's checkpoint, 1495 tensors; shared by all tests, so do not change it."""
    folder: Path = tmp_path_factory.mktemp("checkpoint")
    (folder / f"{PREFIX}.index").write_bytes((REFERENCE / f"{PREFIX}.index").read_bytes())
    (folder / DATA).write_bytes(gzip.decompress((REFERENCE / f"{DATA}.gz").read_bytes()))
    return folder


@pytest.fixture(scope="session")
def golden_model(checkpoint_folder: Path) -> Model:
    """The network that gave the golden outputs."""
    from audio_pipeline.nsynth.convert import read_checkpoint

    return read_checkpoint(checkpoint_folder)


@pytest.fixture(scope="session")
def random_model() -> Callable[[Sizes], Model]:
    """Makes a model of given sizes whose layers neither fade nor blow up."""
    import torch

    from audio_pipeline.nsynth.model import Model
    from audio_pipeline.nsynth.shapes import expected_shapes

    def make(sizes: Sizes) -> Model:
        generator = torch.Generator().manual_seed(1)
        tensors = {}
        for name, shape in expected_shapes(sizes).items():
            spread = 0.1 if len(shape) == 1 else (shape[1] * shape[2]) ** -0.5
            tensors[name] = spread * torch.randn(shape, generator=generator)
        return Model(sizes, tensors, "random")

    return make


@pytest.fixture(scope="session")
def small_sizes() -> Sizes:
    """A network that shows every rule in little time; all widths differ."""
    from audio_pipeline.nsynth.model import Sizes

    return Sizes(6, 5, 4, 3, 256, decoder_depth=4, encoder_depth=3, stages=3, hop=16)


@pytest.fixture(scope="session")
def bundle_writer(load_module: Callable[[Path], ModuleType]) -> ModuleType:
    """The module that writes TensorFlow checkpoints (bundle_writer.py beside this file)."""
    return load_module(HERE / "bundle_writer.py")
