"""The GPU's engine with PyTorch operations on the CPU: plan, buffers and frames as on a GPU."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth.generation import plain
from audio_pipeline.nsynth.generation.cpu import CpuEngine
from audio_pipeline.nsynth.generation.cuda import CudaEngine, kernels_for, try_out
from audio_pipeline.nsynth.generation.decoder import fold
from audio_pipeline.nsynth.generation.engine import Job, NotFiniteError
from audio_pipeline.nsynth.generation.launching import Launcher, Recorded, graph_length
from audio_pipeline.nsynth.generation.matrices import interleaved, split_condition
from audio_pipeline.nsynth.generation.reference import teacher_forced
from audio_pipeline.nsynth.generation.tiles import UNTILED
from audio_pipeline.nsynth.model import Model, Sizes

MakeModel = Callable[[Sizes], Model]


def make(model: Model, notes: int, element: str = "float32") -> CudaEngine:
    return CudaEngine(
        fold(model), notes, UNTILED, device=torch.device("cpu"), kernels=plain, element=element
    )


def score(
    engine: CudaEngine, job: Job, classes: NDArray[np.uint8], hop: int
) -> NDArray[np.float32]:
    engine.begin(job)
    frames = np.split(classes, classes.shape[1] // hop, axis=1)
    return np.concatenate([engine.score(frame) for frame in frames], axis=1)


@pytest.mark.parametrize(("element", "most"), [("float32", 1e-5), ("float16", 2e-2)])
def test_logits_are_the_references(
    random_model: MakeModel,
    small_sizes: Sizes,
    make_job: Callable[..., Job],
    element: str,
    most: float,
) -> None:  # fmt: skip
    model, job = random_model(small_sizes), make_job(5, 4, 3)
    classes = np.random.default_rng(2).integers(0, 256, (5, 64)).astype(np.uint8)
    expected = teacher_forced(
        model, torch.from_numpy(classes.astype(np.int64)), torch.from_numpy(job.conditions),
        torch.float64,
    ).numpy()  # fmt: skip
    found = score(make(model, 5, element), job, classes, 16)
    assert np.abs(found - expected).max() < most


def test_it_draws_what_the_cpus_engine_draws(
    random_model: MakeModel, small_sizes: Sizes, make_job: Callable[..., Job]
) -> None:
    model, job = random_model(small_sizes), make_job(5, 6, 3, temperature=0.9)
    ours, theirs = make(model, 5), CpuEngine(fold(model), 5, torch.float32)
    ours.begin(job)
    theirs.begin(job)
    for _ in range(6):
        assert np.array_equal(ours.frame(), theirs.frame())


def test_forcing_what_was_drawn_leads_to_the_same_place(
    random_model: MakeModel, small_sizes: Sizes, make_job: Callable[..., Job]
) -> None:
    engine, job = make(random_model(small_sizes), 5), make_job(5, 8, 3)
    engine.begin(job)
    frames = [engine.frame() for _ in range(8)]
    engine.begin(job, frame=3)  # two frames hold all that this network sees
    for frame in frames[3:5]:
        engine.force(frame)
    for frame in frames[5:]:
        assert np.array_equal(engine.frame(), frame)


def test_nothing_is_left_of_the_job_before(
    random_model: MakeModel, small_sizes: Sizes, make_job: Callable[..., Job]
) -> None:
    engine, job = make(random_model(small_sizes), 5), make_job(5, 2, 3)
    engine.begin(job)
    first = [engine.frame(), engine.frame()]
    for name, tensor in engine._tensors.items():
        if name in engine.plan.state:
            tensor.fill_(float("nan") if tensor.is_floating_point() else 77)
    engine.begin(job)
    assert np.array_equal([engine.frame(), engine.frame()], first)


def test_damaged_weights_are_noticed_and_a_closed_engine_says_so(
    random_model: MakeModel, small_sizes: Sizes, make_job: Callable[..., Job]
) -> None:
    engine = make(random_model(small_sizes), 5)
    engine._tensors["res"][0, 1, 1] = float("inf")
    engine.begin(make_job(5, 2, 3))
    with pytest.raises(NotFiniteError, match="frame 0"):
        engine.frame()
    engine.close()
    engine.close()
    with pytest.raises((RuntimeError, KeyError)):
        engine.frame()


def test_conditioning_in_two_halves_loses_next_to_nothing() -> None:
    condition = torch.randn(6, 19, generator=torch.Generator().manual_seed(1)) * 5
    halves = split_condition(condition, torch.float16)
    assert halves.shape == (6, 64)
    together = halves.float()[:, :32] + halves.float()[:, 32:]
    assert (together[:, :19] - condition).abs().max() < 2e-6 * condition.abs().max()
    assert not together[:, 19:].any()


def test_interleaving_takes_turns() -> None:
    assert interleaved(torch.tensor([1, 2, 3, 10, 20, 30])).tolist() == [1, 10, 2, 20, 3, 30]


@pytest.mark.parametrize(("hop", "length"), [(512, 32), (64, 32), (12, 12), (37, 1), (100, 25)])
def test_graphs_divide_a_frame(hop: int, length: int) -> None:
    assert graph_length(hop) == length


def test_a_recorded_graph_runs_every_step_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a graph that notes what is launched while it records, as CUDA's does."""
    clock = torch.zeros(1, dtype=torch.int32)
    run: list[int] = []
    recording: list[list[int]] = []

    class Graph:
        def __init__(self) -> None:
            self.steps: list[int] = []

        def replay(self) -> None:
            for ahead in self.steps:
                run.append(int(clock) + ahead)
            clock.add_(len(self.steps))

    @contextlib.contextmanager
    def graph(target: Graph) -> Iterator[None]:
        recording.append(target.steps)
        before = int(clock)
        yield
        clock.fill_(before)  # launches were noted, not run
        recording.pop()

    def step(ahead: int) -> None:
        if recording:
            recording[-1].append(ahead)
        else:
            run.append(int(clock) + ahead)

    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", graph)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    recorded = Recorded(Launcher(plain, {"clock": clock}), step, 4)
    recorded.run(12)
    recorded.run(8)
    assert run == list(range(20))
    assert int(clock) == 20


def test_where_triton_does_not_run_the_fallback_does(
    monkeypatch: pytest.MonkeyPatch, small_sizes: Sizes, tiled_sizes: Sizes
) -> None:
    """Here there is no GPU: a launch fails, as it does where Triton finds no compiler."""
    pytest.importorskip("triton")
    device = torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    assert kernels_for(device, small_sizes) is plain  # widths of 6 and 5
    with pytest.warns(UserWarning, match="Triton does not run here"):
        assert kernels_for(device, tiled_sizes) is plain
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    assert kernels_for(device, tiled_sizes) is plain


def test_a_kernel_that_counts_wrong_is_not_trusted() -> None:
    try_out(plain, torch.device("cpu"))
    wrong = ModuleType("wrong")
    wrong.tick = lambda clock, steps: None  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="40 \\+ 2 = 40"):
        try_out(wrong, torch.device("cpu"))
