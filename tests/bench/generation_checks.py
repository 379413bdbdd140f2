"""Whether an engine is right, with limits: part of the generation benchmark, on any device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from generation_models import random_job
from numpy.typing import NDArray

from audio_pipeline.nsynth import network
from audio_pipeline.nsynth.generation.cuda import CudaEngine
from audio_pipeline.nsynth.generation.engine import CENTRE
from audio_pipeline.nsynth.model import Model

RELATIVE_ERROR, KL_NATS, ENTROPY_NATS = 5e-3, 1e-4, 1.0
MakeEngine = Callable[[int], CudaEngine]
Check = dict[str, Any]  # value, limit, ok


def check(value: float, limit: float) -> Check:
    """A figure that must not exceed its limit."""
    return {"value": float(f"{value:.3g}"), "limit": limit, "ok": bool(value <= limit)}


@torch.inference_mode()
def exactness(make: MakeEngine, model: Model, notes: int, compared: int) -> dict[str, Check]:
    """Logits of given samples against the whole network in float32, of `compared` notes.

    Three frames, so that the longest rings wrap. The entropy of a random network is scaled to
    that of a trained one, as what an error does to the probabilities depends on it.
    """
    hop, device = model.sizes.hop, model.device
    job = random_job(notes, 3, model.sizes.bottleneck)
    classes = np.random.default_rng(2).integers(0, 256, (notes, 3 * hop)).astype(np.uint8)
    engine = make(notes)
    poison(engine)
    engine.begin(job)
    parts = np.split(classes, 3, axis=1)
    found = np.concatenate([engine.score(part)[:compared] for part in parts], axis=1)
    engine.close()
    codes = torch.from_numpy(classes[:compared].astype(np.int64) - CENTRE).to(device)
    conditions = torch.from_numpy(job.conditions[:compared]).to(device)
    expected = network.decode_logits(model, codes, conditions).cpu().double()
    ours = torch.from_numpy(found).double()
    error = ((ours - expected).norm() / expected.norm()).item()
    return {
        "logits, relative error": check(error, RELATIVE_ERROR),
        "mean KL at 1 nat of entropy": check(divergence(expected, ours), KL_NATS),
    }


def divergence(expected: torch.Tensor, ours: torch.Tensor) -> float:
    """Mean Kullback-Leibler divergence, with logits scaled to a mean entropy of 1 nat."""
    low, high = 1e-2, 1e3
    for _ in range(40):
        scale = (low * high) ** 0.5
        logs = torch.log_softmax(expected * scale, dim=2)
        entropy = -(logs.exp() * logs).sum(dim=2).mean().item()
        low, high = (scale, high) if entropy > ENTROPY_NATS else (low, scale)
    theirs = torch.log_softmax(ours * scale, dim=2)
    return float((logs.exp() * (logs - theirs)).sum(dim=2).mean())


def poison(engine: CudaEngine) -> None:
    """Fill what a job must set with NaN: what is read unset shows."""
    for name in engine.plan.state:
        tensor = engine._tensors[name]
        tensor.fill_(float("nan") if tensor.is_floating_point() else 77)


def company(make: MakeEngine, model: Model, few: int, many: int) -> dict[str, Check]:
    """The same notes among few and among many others, and the same run twice."""
    large = first_frame(make, model, many)
    small, again = first_frame(make, model, few), first_frame(make, model, few)
    return {
        f"samples that differ, batch {few} or {many}": check(int((small != large[:few]).sum()), 0),
        "samples that differ in a second run": check(int((small != again).sum()), 0),
    }


def first_frame(make: MakeEngine, model: Model, notes: int) -> NDArray[np.uint8]:
    """One frame, free-running."""
    engine = make(notes)
    engine.begin(random_job(notes, 1, model.sizes.bottleneck))
    frame = engine.frame()
    engine.close()
    return frame


def sampler(engine: CudaEngine) -> dict[str, Check]:
    """Draws of equal logits for all notes, over steps: chi-square, in standard deviations."""
    from audio_pipeline.nsynth.generation.launching import Launcher

    logits = 2 * torch.randn(256, generator=torch.Generator().manual_seed(5))
    engine.begin(random_job(engine.batch, 1, engine._decoder.channels))
    engine._tensors["logits"].copy_(logits)
    launcher = Launcher(engine.kernels, engine._tensors)
    run, found = launcher.bind(engine.plan.draw), np.zeros(256)
    hop = engine._decoder.sizes.hop
    for ahead in range(hop):
        run(ahead)
        drawn = engine._tensors["codes"][ahead].cpu().numpy()
        found += np.bincount(drawn, minlength=256)
    expected = torch.softmax(logits.double(), dim=0).numpy() * engine.batch * hop
    often = expected >= 10
    statistic = ((found - expected)[often] ** 2 / expected[often]).sum()
    freedom = often.sum() - 1
    return {
        "sampler, chi-square's deviations": check(
            abs(statistic - freedom) / (2 * freedom) ** 0.5, 4.5
        )
    }
