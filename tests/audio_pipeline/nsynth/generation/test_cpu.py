"""The CPU's engine gives the slow reference's logits, and keeps Engine's promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth.generation import products
from audio_pipeline.nsynth.generation.cpu import CpuEngine, matrix_type
from audio_pipeline.nsynth.generation.decoder import fold
from audio_pipeline.nsynth.generation.engine import Engine, Job, NotFiniteError
from audio_pipeline.nsynth.generation.philox import draws
from audio_pipeline.nsynth.generation.reference import free_running, teacher_forced
from audio_pipeline.nsynth.model import Model, Sizes

TIE = 1e-6


def scored(engine: Engine, job: Job, classes: NDArray[np.uint8], hop: int) -> NDArray[np.float32]:
    engine.begin(job)
    frames = np.split(classes, classes.shape[1] // hop, axis=1)
    return np.concatenate([engine.score(frame) for frame in frames], axis=1)


@pytest.fixture
def engine(random_model: Callable[[Sizes], Model], small_sizes: Sizes) -> CpuEngine:
    return CpuEngine(fold(random_model(small_sizes)), 5, torch.float32)


def test_all_draws_are_the_originals(
    golden: Mapping[str, NDArray[Any]], golden_model: Model
) -> None:
    """Three frames of the original's free run, drawn again by the engine's own rule."""
    from audio_pipeline.nsynth.generation.sampling import choose

    drawn, margin = golden["sampled_codes"], golden["sampled_margin"]
    steps = len(drawn)
    classes = np.zeros((2, 3 * 512), dtype=np.uint8)
    classes[:, :steps] = drawn.T
    job = Job(golden["sampled_encoding"], np.zeros(2, dtype=np.uint64), 1.0)
    logits = scored(CpuEngine(fold(golden_model), 2, torch.float32), job, classes, 512)[:, :steps]
    numbers = torch.from_numpy((golden["sampled_uniforms"] * 2**24).astype(np.int64))
    ours = [choose(torch.from_numpy(logits[:, t]), numbers[t], 1.0).numpy() for t in range(steps)]
    clear = margin > TIE
    assert np.array_equal(np.array(ours)[clear], drawn[clear])


def test_logits_are_the_references(
    random_model: Callable[[Sizes], Model], small_sizes: Sizes, make_job: Callable[..., Job],
    engine: CpuEngine,
) -> None:  # fmt: skip
    classes = np.random.default_rng(2).integers(0, 256, (5, 64)).astype(np.uint8)
    job = make_job(5, 4, 3)
    expected = teacher_forced(
        random_model(small_sizes), torch.from_numpy(classes.astype(np.int64)),
        torch.from_numpy(job.conditions), torch.float64,
    ).numpy()  # fmt: skip
    assert np.abs(scored(engine, job, classes, 16) - expected).max() < 1e-5


def test_free_running_is_the_references(
    random_model: Callable[[Sizes], Model], small_sizes: Sizes, make_job: Callable[..., Job],
    engine: CpuEngine,
) -> None:  # fmt: skip
    job = make_job(5, 4, 3, temperature=0.8)
    engine.begin(job)
    classes = np.concatenate([engine.frame() for _ in range(4)], axis=1)
    expected = free_running(
        random_model(small_sizes), torch.from_numpy(job.conditions),
        draws(job.seeds, 0, 64) / 2**24, temperature=0.8,
    )  # fmt: skip
    assert classes.dtype == np.uint8
    assert np.array_equal(classes, expected)


def test_forcing_what_was_drawn_leads_to_the_same_place(
    engine: CpuEngine, make_job: Callable[..., Job]
) -> None:
    job = make_job(5, 4, 3)
    engine.begin(job)
    frames = [engine.frame() for _ in range(4)]
    engine.begin(job)
    engine.force(frames[0])
    engine.force(frames[1])
    assert np.array_equal(engine.frame(), frames[2])
    assert np.array_equal(engine.frame(), frames[3])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("dtype", "least", "most"), [(torch.bfloat16, 1e-5, 2e-2), (torch.float32, 0, 1e-6)]
)
def test_types_and_products_agree(
    random_model: Callable[[Sizes], Model], small_sizes: Sizes, make_job: Callable[..., Job],
    engine: CpuEngine, monkeypatch: pytest.MonkeyPatch,
    packed: bool, dtype: torch.dtype, least: float, most: float,
) -> None:  # fmt: skip
    classes = np.random.default_rng(2).integers(0, 256, (5, 64)).astype(np.uint8)
    exact = scored(engine, make_job(5, 4, 3), classes, 16)
    monkeypatch.setattr(products, "pays", lambda *_: packed)
    other = CpuEngine(fold(random_model(small_sizes)), 5, dtype)
    found = scored(other, make_job(5, 4, 3), classes, 16)
    assert least <= np.linalg.norm(found - exact) / np.linalg.norm(exact) < most


def test_pasts_of_all_lengths_come_round(
    random_model: Callable[[Sizes], Model], small_sizes: Sizes, make_job: Callable[..., Job],
    engine: CpuEngine,
) -> None:  # fmt: skip
    """Windows come again after 3, 6 and 12 steps: a job begun at any frame finds the same past."""
    classes = np.random.default_rng(2).integers(0, 256, (5, 64)).astype(np.uint8)
    job = make_job(5, 8, 3)
    engine.begin(job, 4)  # 64 steps: no multiple of 3
    late = engine.score(classes[:, :16])
    same = Job(np.roll(job.conditions, -4, axis=1), job.seeds, job.temperature)
    engine.begin(same)
    assert np.abs(engine.score(classes[:, :16]) - late).max() < 1e-6


def test_bfloat16_is_for_processors_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for able, expected in (
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({}, torch.float32),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert matrix_type(512, 1) == expected
        assert matrix_type(64, 256) == expected
        assert matrix_type(64, 8) == torch.float32  # too little work


def test_damaged_weights_are_noticed(
    random_model: Callable[[Sizes], Model], small_sizes: Sizes, make_job: Callable[..., Job]
) -> None:
    model = random_model(small_sizes)
    model.tensors["res_2/W"][0, 0, 1, 1] = np.nan
    engine = CpuEngine(fold(model), 5)
    engine.begin(make_job(5, 4, 3))
    with pytest.raises(NotFiniteError, match="frame 0"):
        engine.frame()


def test_a_job_that_does_not_fit_is_refused(
    engine: CpuEngine, make_job: Callable[..., Job]
) -> None:
    with pytest.raises(ValueError, match="5 notes of 3 channels"):
        engine.begin(make_job(4, 4, 3))
    with pytest.raises(ValueError, match="5 notes of 3 channels"):
        engine.begin(make_job(5, 4, 7))
    with pytest.raises(ValueError, match="temperature 0"):
        engine.begin(make_job(5, 4, 3, temperature=0))
