"""What tests run in a process whose Triton interprets: no import at the top may need Triton."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from audio_pipeline.nsynth.generation.cuda import CudaEngine
    from audio_pipeline.nsynth.generation.engine import Job
    from audio_pipeline.nsynth.generation.tiles import Tiles
    from audio_pipeline.nsynth.model import Model


def warm() -> None:
    """Nothing, but starts the process."""


def _engine(model: Model, notes: int, element: str, tiles: Tiles | None) -> CudaEngine:
    import torch

    from audio_pipeline.nsynth.generation import kernels
    from audio_pipeline.nsynth.generation.cuda import CudaEngine
    from audio_pipeline.nsynth.generation.decoder import fold
    from audio_pipeline.nsynth.generation.tiles import Gpu, choose_tiles

    torch.set_num_threads(1)
    tiles = tiles or choose_tiles(model.sizes, notes, Gpu(132, 232_448))
    return CudaEngine(
        fold(model), notes, tiles, device=torch.device("cpu"), kernels=kernels, element=element
    )


def score(
    model: Model, job: Job, classes: NDArray[np.uint8], element: str, tiles: Tiles | None = None
) -> NDArray[np.float32]:
    """Logits of every frame of given classes, through the kernels."""
    engine = _engine(model, len(classes), element, tiles)
    engine.begin(job)
    frames = np.split(classes, classes.shape[1] // model.sizes.hop, axis=1)
    return np.concatenate([engine.score(frame) for frame in frames], axis=1)


def frames(
    model: Model, job: Job, count: int, known: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Free-running frames after known ones, through the kernels."""
    engine = _engine(model, len(job.seeds), "float32", None)
    engine.begin(job)
    hop = model.sizes.hop
    for start in range(0, 0 if known is None else known.shape[1], hop):
        assert known is not None
        engine.force(known[:, start : start + hop])
    return np.concatenate([engine.frame() for _ in range(count)], axis=1)


def draw(
    logits: NDArray[np.float32], seeds: NDArray[np.uint64], step: int, heat: float
) -> NDArray[np.uint8]:
    """Classes that the drawing kernel gives at a step."""
    import torch

    from audio_pipeline.nsynth.generation import kernels

    notes, classes = logits.shape
    codes = torch.full((8, notes), 7, dtype=torch.uint8)
    kernels.draw[((notes + 7) // 8,)](
        torch.from_numpy(logits), torch.from_numpy(seeds.view(np.int64)),
        torch.tensor([1 / heat]), codes, torch.tensor([step - 2], dtype=torch.int32),
        ahead=2, batch=notes, codes_slots=8, CLASSES=classes, BM=8,
    )  # fmt: skip
    drawn: NDArray[np.uint8] = codes.numpy()
    return drawn
