"""The CPU's part of the generation benchmark: whole steps against their bare matrix products."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from generation_models import HOP, NOTES, cpu_sizes, random_job, random_model

from audio_pipeline.nsynth.generation.cpu import CpuEngine
from audio_pipeline.nsynth.generation.decoder import fold

WIDTHS = (64, 128)
BATCH = 256
TARGET = 1.5  # a whole step, in times of its matrix products


def products(engine: CpuEngine) -> Callable[[], None]:
    """The matrix products of a step alone: same shapes, same type, into memory that stays."""
    taps, gates, hidden = engine._gathered, engine._gates, engine._hidden
    sums = engine._sums.to(taps.dtype)
    stages = [(stage.taps, stage.out, sums[:, -stage.out.shape[1] :]) for stage in engine._stages]
    heads = [(engine._out1, torch.empty(BATCH, len(engine._out1), dtype=taps.dtype)),
             (engine._logits_matrix, torch.empty(BATCH, 256, dtype=taps.dtype))]  # fmt: skip
    skip = torch.zeros(BATCH, len(engine._out1), dtype=taps.dtype)

    def run() -> None:
        for first, second, target in stages:
            torch.mm(taps, first, out=gates)
            torch.addmm(target, hidden, second, out=target)
        for matrix, out in heads:
            torch.mm(skip, matrix, out=out)

    return run


def used_s(run: Callable[[], Any]) -> float:
    """Processor time of one call: what others do on the machine counts little in it."""
    begin = time.thread_time()
    run()
    return time.thread_time() - begin


@torch.inference_mode()
def measure(width: int, frames: int, hop: int) -> dict[str, Any]:
    """Frames of `hop` steps and as many times the products, in turns.

    The least of each counts, as others on the machine only ever add to it; medians beside it.
    """
    engine = CpuEngine(fold(random_model(cpu_sizes(width, hop))), BATCH)
    engine.begin(random_job(BATCH, frames + 1, 16))
    run = products(engine)
    engine.frame()
    steps, bare = [], []
    for _ in range(frames):
        bare.append(statistics.fmean(used_s(run) for _ in range(hop)))
        steps.append(used_s(engine.frame) / hop)
    return {
        "type": str(engine._dtype).removeprefix("torch."),
        "step_ms": round(1000 * min(steps), 3),
        "products_ms": round(1000 * min(bare), 3),
        "ratio": round(min(steps) / min(bare), 3),
        "median_step_ms": round(1000 * statistics.median(steps), 3),
        "median_products_ms": round(1000 * statistics.median(bare), 3),
        "samples_per_s_and_core": round(BATCH / min(steps)),
    }


def part(quick: bool) -> dict[str, Any]:
    """All widths, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    frames, hop = (3, 8) if quick else (10, 128)
    results = {f"width {width}": measure(width, frames, hop) for width in WIDTHS}
    torch.set_num_threads(threads)
    for figures in results.values():
        rate = figures["samples_per_s_and_core"] * (os.cpu_count() or 1)
        figures["hours"] = {
            name: round(notes * 125 * HOP / rate / 3600, 1) for name, notes in NOTES.items()
        }
    load = round(os.getloadavg()[0], 1)
    return {"batch": BATCH, "target_ratio": TARGET, "load": load, "models": results}
