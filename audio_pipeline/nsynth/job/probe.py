"""Tries the real batch for a few steps: what fits, how fast it is, how much memory it takes."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

STEPS = 8  # per timed frame on a processor, where a whole one may take minutes
TIMED_FRAMES = 3


@dataclass(frozen=True)
class ProbeRequest:
    """What to try."""

    model: Path
    device: str  # auto, cpu, cuda
    notes: int
    processes: int  # on a processor; there is one per graphics card
    batch: int | None = None  # None: as many as is good


@dataclass(frozen=True)
class Probe:
    """What has been found, of one process."""

    kind: str  # cpu or cuda
    name: str
    workers: int
    batch: int
    samples_per_s: float
    memory_bytes: int


def probe(request: ProbeRequest) -> Probe:
    """Measure; imports PyTorch and takes the device, so best in a process of its own.

    Raises ModelError, DeviceError.
    """
    import numpy as np
    import torch

    from audio_pipeline.nsynth.generation import Generator
    from audio_pipeline.nsynth.generation.decoder import fold
    from audio_pipeline.nsynth.generation.devices import Cuda, choose_device, free_memory_bytes
    from audio_pipeline.nsynth.model_file import load_model

    model = load_model(request.model)
    device = choose_device(request.device)
    on_gpu = isinstance(device, Cuda)
    workers = torch.cuda.device_count() if on_gpu else request.processes
    free = free_memory_bytes()
    share = -(-request.notes // workers)
    batch = min(share, request.batch or device.batch(fold(model), share))
    if not on_gpu:
        model = replace(model, sizes=replace(model.sizes, hop=STEPS))
    shape = batch, TIMED_FRAMES + 1, model.sizes.bottleneck + model.sizes.pitches
    run = Generator(model, np.zeros(shape, np.float32), seeds=range(batch), device=device)
    try:
        run.advance()  # memory, kernels
        begin_s, begun = time.perf_counter(), run.done
        for _ in range(TIMED_FRAMES):
            run.advance()
        seconds = time.perf_counter() - begin_s
        rate = (run.done - begun) * model.sizes.hop / seconds
        memory = torch.cuda.max_memory_reserved() if on_gpu else _resident_bytes()
        if not on_gpu and memory:
            workers = max(1, min(workers, free // memory))
    finally:
        run.close()
    return Probe("cuda" if on_gpu else "cpu", device.name, workers, batch, rate, memory)


def _resident_bytes() -> int:
    """The most memory that this process has had; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
