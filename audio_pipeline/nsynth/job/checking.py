"""Whether generated notes can be sounds: the whole length, and not silent where sources are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.job.encoding import level_db
from audio_pipeline.nsynth.job.store import Codes

MOST_QUIETER_DB = 30.0  # than its sources; the model keeps their level within a few decibels
CENTRE = 128  # the class of silence


class GenerationError(RenderError):
    """Notes that the model does not make well, or a worker that cannot work."""


def problem_of(codes: Codes, samples: int, sources_db: float) -> str | None:
    """What is wrong with the codes [samples] of a note, or None."""
    if len(codes) != samples:
        return f"it has {len(codes)} samples instead of {samples}"
    sound = mulaw.decode(mulaw.code_of(codes))
    if not np.isfinite(sound).all():
        return "it has samples that are not finite"
    level = level_db(sound)
    if level < sources_db - MOST_QUIETER_DB:
        return f"it is silent ({level:.0f} dBFS), its sources are not ({sources_db:.0f} dBFS)"
    return None


def problems_of(codes: Codes, samples: int, sources_db: Sequence[float]) -> dict[int, str]:
    """What is wrong with which rows of a shard."""
    found = {row: problem_of(note, samples, level)
             for row, (note, level) in enumerate(zip(codes, sources_db, strict=True))}  # fmt: skip
    return {row: problem for row, problem in found.items() if problem is not None}
