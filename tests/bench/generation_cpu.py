"""The CPU's part of the generation benchmark: whole steps against their bare matrix products.

The products are torch.mm's, of the same shapes and type, into memory that stays. The engine packs
some of its weights, so it may well be quicker than they are.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from generation_models import HOP, NOTES, PUBLISHED, cpu_sizes, random_job, random_model

from audio_pipeline.nsynth.generation.cpu import CpuEngine, matrix_type
from audio_pipeline.nsynth.generation.decoder import Decoder, fold
from audio_pipeline.nsynth.model import Sizes

WIDTHS = (64, 128)
BATCH = 256
TARGET = 1.5  # a whole step, in times of its matrix products
Figures = dict[str, Any]


def shapes(sizes: Sizes) -> list[tuple[int, int]]:
    """Of all matrices of a step."""
    width, skip, depth = sizes.decoder_width, sizes.skip_width, sizes.decoder_depth
    layers = [(3 * width, 2 * width), (width, width)] * depth
    return [*layers[:-1], (depth * width, skip), (skip, skip), (skip, sizes.classes)]


def products(sizes: Sizes, dtype: torch.dtype) -> Callable[[], None]:
    """The matrix products of a step alone."""
    matrices = [torch.randn(shape).to(dtype) for shape in shapes(sizes)]
    rows = {n: torch.randn(BATCH, n).to(dtype) for n, _ in shapes(sizes)}
    outs = {n: torch.empty(BATCH, n, dtype=dtype) for _, n in shapes(sizes)}
    calls = [(rows[len(matrix)], matrix, outs[matrix.shape[1]]) for matrix in matrices]

    def run() -> None:
        for inputs, matrix, out in calls:
            torch.mm(inputs, matrix, out=out)

    return run


def used_s(run: Callable[[], Any]) -> float:
    """Processor time of one call: what others do on the machine counts little in it."""
    begin = time.thread_time()
    run()
    return time.thread_time() - begin


@torch.inference_mode()
def measure(decoder: Decoder, dtype: torch.dtype, frames: int) -> Figures:
    """Frames of `hop` steps and as many times the products, in turns.

    The least of each counts, as others on the machine only ever add to it; medians beside it.
    """
    hop = decoder.sizes.hop
    engine = CpuEngine(decoder, BATCH, dtype)
    engine.begin(random_job(BATCH, frames + 1, 16))
    run = products(decoder.sizes, dtype)
    engine.frame()
    steps, bare = [], []
    for _ in range(frames):
        bare.append(statistics.fmean(used_s(run) for _ in range(hop)))
        steps.append(used_s(engine.frame) / hop)
    return {
        "type": name_of(dtype),
        "step_ms": round(1000 * min(steps), 3),
        "products_ms": round(1000 * min(bare), 3),
        "ratio": round(min(steps) / min(bare), 3),
        "median_step_ms": round(1000 * statistics.median(steps), 3),
        "median_products_ms": round(1000 * statistics.median(bare), 3),
        "samples_per_s_and_core": round(BATCH / min(steps)),
    }


def name_of(dtype: torch.dtype) -> str:
    """As in `float32`."""
    return str(dtype).removeprefix("torch.")


@torch.inference_mode()
def one_note(sizes: Sizes, steps: int, rounds: int) -> Figures:
    """A step of one note, and the time in which its weights can be read from memory, once."""
    decoder = fold(random_model(sizes))
    engine = CpuEngine(decoder, 1)
    engine.begin(random_job(1, 2, 16))
    engine._begin_frame()
    count = sum(rows * columns for rows, columns in shapes(sizes))
    weights = torch.ones(count * engine._dtype.itemsize // 4)

    def advance() -> None:
        for _ in range(steps):
            engine._advance()
            engine._head()

    advance()
    took = [(used_s(advance) / steps, used_s(weights.sum)) for _ in range(rounds)]
    step, floor = (min(column) for column in zip(*took, strict=True))
    return {
        "type": name_of(engine._dtype),
        "megabytes": round(weights.nbytes / 1e6),
        "step_ms": round(1000 * step, 2),
        "reading_ms": round(1000 * floor, 2),
        "ratio": round(step / floor, 2),
        "seconds_for_a_4_s_note": round(step * 125 * HOP),
    }


def part(quick: bool) -> Figures:
    """All widths, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    frames, hop = (3, 8) if quick else (10, 128)
    results = {}
    for width in WIDTHS:
        decoder = fold(random_model(cpu_sizes(width, hop)))
        for dtype in {matrix_type(width, BATCH): 0, torch.float32: 0}:
            found = results[f"width {width}, {name_of(dtype)}"] = measure(decoder, dtype, frames)
            rate = found["samples_per_s_and_core"] * (os.cpu_count() or 1)
            found["hours"] = {n: round(k * 125 * HOP / rate / 3600, 1) for n, k in NOTES.items()}
    single = one_note(cpu_sizes(64, hop) if quick else PUBLISHED, 10, 2 if quick else 10)
    torch.set_num_threads(threads)
    return {
        "batch": BATCH,
        "target_ratio": TARGET,
        "load": round(os.getloadavg()[0], 1),
        "models": results,
        "one_note": single,
    }
