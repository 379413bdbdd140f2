"""The Triton kernels, run by Triton's interpreter, against the slow reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth.generation.cpu import CpuEngine
from audio_pipeline.nsynth.generation.decoder import fold
from audio_pipeline.nsynth.generation.engine import Job
from audio_pipeline.nsynth.generation.philox import draws
from audio_pipeline.nsynth.generation.reference import teacher_forced
from audio_pipeline.nsynth.generation.sampling import choose
from audio_pipeline.nsynth.generation.tiles import Tile, Tiles
from audio_pipeline.nsynth.model import Model

pytest.importorskip("triton")
Interpret = Callable[..., Any]
SMALL = Tile(16, 16, 16, 1, 1)
MANY = Tiles(SMALL, SMALL, SMALL, 3, SMALL, SMALL, group=2)  # many tiles, groups that end early


def reference(model: Model, job: Job, classes: NDArray[np.uint8]) -> NDArray[np.float64]:
    known = torch.from_numpy(classes.astype(np.int64))
    conditions = torch.from_numpy(job.conditions)
    return teacher_forced(model, known, conditions, torch.float64).numpy()


def given(notes: int, steps: int) -> NDArray[np.uint8]:
    return np.random.default_rng(2).integers(0, 256, (notes, steps)).astype(np.uint8)


@pytest.mark.parametrize(("element", "most"), [("float32", 1e-5), ("float16", 2e-2)])
def test_logits_are_the_references(
    interpret: Interpret,
    tiled_model: Model,
    make_job: Callable[..., Job],
    element: str,
    most: float,
) -> None:  # fmt: skip
    """Two frames, in which all rings wrap; a batch that fills no tile."""
    job, classes = make_job(5, 2, 3), given(5, 8)
    found = interpret("score", tiled_model, job, classes, element)
    assert np.abs(found - reference(tiled_model, job, classes)).max() < most


def test_many_small_tiles_give_the_same(
    interpret: Interpret, tiled_model: Model, make_job: Callable[..., Job]
) -> None:
    """41 notes: three rows of tiles, the last of nine notes; groups of two rows."""
    job, classes = make_job(41, 1, 3), given(41, 4)
    found = interpret("score", tiled_model, job, classes, "float32", MANY)
    assert np.abs(found - reference(tiled_model, job, classes)).max() < 1e-5


def test_free_running_is_that_of_the_cpus_engine(
    interpret: Interpret, tiled_model: Model, make_job: Callable[..., Job]
) -> None:
    job = make_job(3, 3, 3, temperature=0.9)
    engine = CpuEngine(fold(tiled_model), 3, torch.float32)
    engine.begin(job)
    expected = np.concatenate([engine.frame() for _ in range(3)], axis=1)
    found = interpret("frames", tiled_model, job, 2)
    assert np.array_equal(found, expected[:, :8])
    assert np.array_equal(interpret("frames", tiled_model, job, 1, found), expected[:, 8:])


@pytest.mark.parametrize("step", [0, 5, 63_999, 2**31 - 1])
def test_draws_are_those_of_philox(interpret: Interpret, step: int) -> None:
    """Bit for bit: 256 equal classes show the draw's eight highest bits."""
    seeds = np.array([0, 1, 2**32, 2**63 + 12345, 2**64 - 1] * 3, dtype=np.uint64)
    codes = interpret("draw", np.zeros((15, 256), dtype=np.float32), seeds, step, 1.0)
    assert np.array_equal(codes[step % 8], draws(seeds, step, 1)[0] >> 16)
    assert (np.delete(codes, step % 8, axis=0) == 7).all()


@pytest.mark.parametrize("heat", [1.0, 0.7])
def test_the_class_is_that_of_choose(interpret: Interpret, heat: float) -> None:
    logits = np.random.default_rng(6).standard_normal((500, 256)).astype(np.float32) * 3
    seeds = np.arange(500, dtype=np.uint64) << np.uint64(33)
    codes = interpret("draw", logits, seeds, 9, heat)
    numbers = torch.from_numpy(draws(seeds, 9, 1)[0])
    expected = choose(torch.from_numpy(logits), numbers, 1 / heat).numpy()
    assert (codes[1] == expected).mean() >= 0.998  # exponentials differ in their last bits
