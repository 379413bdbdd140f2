"""Packs of synthetic sounds that several tests of the quality suite look at."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from audio_pipeline.renderers.crossfade import CrossfadeRenderer

RATE_HZ = 16_000
SOUNDS = ("steady", "bar", "saw", "odd")


@pytest.fixture(scope="session")
def crossfade_pack(
    synthetic: ModuleType, pad_packs: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """9 x 2 cells of crossfades at two pitches, 16 kHz."""
    path: Path = tmp_path_factory.mktemp("quality") / "crossfade"
    sources = {pitch: synthetic.source_notes(pitch, RATE_HZ, *SOUNDS) for pitch in (48, 60)}
    pad_packs.render_pack(path, CrossfadeRenderer(), sources, RATE_HZ)
    return path
