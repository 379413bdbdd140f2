"""The decoder sample by sample: many notes at a time, on a GPU or the CPU."""

from __future__ import annotations

from audio_pipeline.nsynth.generation.generator import Generator, generate
from audio_pipeline.nsynth.generation.philox import note_seed

__all__ = ["Generator", "generate", "note_seed"]
