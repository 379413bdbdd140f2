"""What the tests of generation jobs share: a tiny model, jobs, and a crew without processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from audio_pipeline.nsynth.job.job_file import Job, Places
    from audio_pipeline.nsynth.model import Model, Sizes

HOP = 64
SOURCES = ("s1", "s2")


@pytest.fixture(scope="session")
def tiny_sizes() -> Sizes:
    """A network that a processor plays in a moment, and that sees past one frame."""
    from audio_pipeline.nsynth.model import Sizes

    return Sizes(16, 16, 4, 3, 256, decoder_depth=6, encoder_depth=2, stages=6, hop=HOP)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Small matrices are slower with more, above all beside other tests."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_model(random_model: Callable[[Sizes], Model], tiny_sizes: Sizes) -> Model:
    return random_model(tiny_sizes)


@pytest.fixture(scope="session")
def model_file(tiny_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as a file."""
    from audio_pipeline.nsynth.model_file import save_model

    path: Path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save_model(path, tiny_model)
    return path


@pytest.fixture
def places(tmp_path: Path) -> Places:
    from audio_pipeline.nsynth.job.job_file import Places

    return Places(tmp_path / "w")


@pytest.fixture
def make_job(places: Places, model_file: Path) -> Callable[..., Job]:
    """Puts a job of 3 frames into the workspace: `shards` of `notes` each, between two sources."""
    from audio_pipeline.nsynth.job import encoding, job_file, model_copy
    from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe

    def make(shards: int = 2, notes: int = 2, frames: int = 3, **changes: Any) -> Job:  # noqa: ANN401
        identity = model_copy.model_id(model_file)
        model_copy.copy_model(model_file, identity, places)
        manner = replace(Manner(identity, 0, 1.0, frames, frames + 1), **changes)
        generator = np.random.default_rng(0)
        for source in SOURCES:
            latents = generator.normal(size=(manner.source_frames, 3)).astype(np.float32)
            encoding.keep_encoding(places, source, manner, encoding.Encoding(latents, -20.0))
        recipes = [
            NoteRecipe(60, ((SOURCES[0], (n + 1) / 100), (SOURCES[1], 1 - (n + 1) / 100)))
            for n in range(shards * notes)
        ]
        job = job_file.Job(manner, tuple(job_file.plan_shards(recipes, manner, notes)))
        job_file.write_job(places, job)
        return job

    return make


@pytest.fixture
def gone_process() -> int:
    """The id of a process that has ended."""
    import subprocess
    import sys

    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds generate in this process, which begins in no time."""
    from audio_pipeline.nsynth.job import planning
    from audio_pipeline.nsynth.job.crew import Others
    from audio_pipeline.nsynth.job.probe import Probe, ProbeRequest
    from audio_pipeline.nsynth.job.working import work

    class Crew(Others):
        def __init__(self, places: Places) -> None:
            self.places = places

        def probe(self, request: ProbeRequest) -> Probe:
            return Probe("cpu", "this process", 1, request.batch or 100, 1e4, 100_000_000)

        def start(self, probe: Probe | None) -> None:
            work(self.places.workspace, "cpu", say=lambda _: None)

    monkeypatch.setattr(planning, "LocalCrew", Crew)
