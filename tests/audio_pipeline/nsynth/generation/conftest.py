"""What the tests of generation share: small models, their decoders, a process that interprets."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from audio_pipeline.nsynth.generation.engine import Job
    from audio_pipeline.nsynth.model import Model, Sizes

HERE = Path(__file__).parent
Interpret = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads only get into each other's way on matrices as small as these."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiled_sizes() -> Sizes:
    """A network that suits the kernels: rings wrap within a frame, frames are short."""
    from audio_pipeline.nsynth.model import Sizes

    return Sizes(32, 16, 4, 3, 256, decoder_depth=3, encoder_depth=1, stages=2, hop=4)


@pytest.fixture(scope="session")
def tiled_model(random_model: Callable[[Sizes], Model], tiled_sizes: Sizes) -> Model:
    """A random network of these sizes."""
    return random_model(tiled_sizes)


@pytest.fixture(scope="session")
def make_job() -> Callable[..., Job]:
    """Makes a job of random conditions."""
    from audio_pipeline.nsynth.generation.engine import Job

    def make(notes: int, frames: int, channels: int, temperature: float = 1.0) -> Job:
        conditions = np.random.default_rng(1).standard_normal((notes, frames, channels))
        seeds = np.arange(notes, dtype=np.uint64) * np.uint64(3) + np.uint64(2**40)
        return Job(conditions.astype(np.float32), seeds, temperature)

    return make


@pytest.fixture(scope="session")
def interpret() -> Iterator[Interpret]:
    """Runs a function of interpreted.py in a process whose Triton interprets its kernels."""
    before = dict(os.environ)
    path = list(sys.path)
    os.environ["TRITON_INTERPRET"] = "1"
    sys.path.insert(0, str(HERE))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        import interpreted

        def run(name: str, *arguments: object) -> Any:  # noqa: ANN401
            return pool.submit(getattr(interpreted, name), *arguments).result(timeout=300)

        run("warm")
        os.environ.clear()
        os.environ.update(before)
        sys.path[:] = path
        yield run
