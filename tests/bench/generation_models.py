"""What the generation benchmark measures: random networks of given widths, and their work."""

from __future__ import annotations

import numpy as np
import torch

from audio_pipeline.nsynth.generation.engine import Job
from audio_pipeline.nsynth.model import Model, Sizes
from audio_pipeline.nsynth.shapes import expected_shapes

PUBLISHED = Sizes(512, 256, 128, 16, 256, decoder_depth=30, encoder_depth=30)
TINY = Sizes(32, 16, 4, 16, 256, decoder_depth=6, encoder_depth=1, stages=3, hop=16)
NOTES = {"lite set (2^4)": 10_368, "full set (4^4)": 118_016}  # without doubles, 16 pitches
FRAMES, HOP = 125, 512  # of a 4 s note


def cpu_sizes(width: int, hop: int) -> Sizes:
    """Of the networks that a CPU generates with in acceptable time."""
    return Sizes(width, width, 16, 16, 256, decoder_depth=20, encoder_depth=1, hop=hop)


def random_model(sizes: Sizes) -> Model:
    """Uniform weights as the original begins with, so that no layer fades or blows up."""
    generator = torch.Generator().manual_seed(1)
    tensors = {}
    for name, shape in expected_shapes(sizes).items():
        spread = 0.1 if len(shape) == 1 else (3 / (shape[1] * shape[2])) ** 0.5
        tensors[name] = spread * (2 * torch.rand(shape, generator=generator) - 1)
    return Model(sizes, tensors, "random")


def random_job(notes: int, frames: int, channels: int, first_seed: int = 0) -> Job:
    """Conditions and seeds of notes: note i has the same whatever their number."""
    conditions = np.stack(
        [np.random.default_rng(note).standard_normal((frames, channels)) for note in range(notes)]
    )
    seeds = np.arange(first_seed, first_seed + notes, dtype=np.uint64)
    return Job(conditions.astype(np.float32), seeds, 1.0)


def operations(sizes: Sizes) -> int:
    """Multiplications and additions per sample, without what the engines leave out or hoist."""
    width, skip = sizes.decoder_width, sizes.skip_width
    layers = sizes.decoder_depth * (6 * width * width + width * skip)
    residuals = (sizes.decoder_depth - 1) * width * width
    return 2 * (layers + residuals + skip * skip + skip * sizes.classes)
