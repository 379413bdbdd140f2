"""Prepared pitches of synthetic sounds, analysed once for all tests of the harmonic renderer."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from audio_pipeline.loop_window import LoopWindow, loop_points
from audio_pipeline.renderers.harmonic import HarmonicRenderer
from audio_pipeline.renderers.harmonic.renderer import PreparedPitch
from device.pack.model import Loop

RATE_HZ = 48000


@pytest.fixture(scope="session")
def loop_of() -> Callable[[int], Loop]:
    """The default loop at a pitch."""
    return lambda pitch: loop_points(pitch, RATE_HZ, LoopWindow(1.1, 2.85))


@pytest.fixture(scope="session")
def renderer() -> HarmonicRenderer:
    return HarmonicRenderer()


@pytest.fixture(scope="session")
def prepared(
    renderer: HarmonicRenderer, synthetic: ModuleType, loop_of: Callable[[int], Loop]
) -> Callable[[int], PreparedPitch]:
    """All six synthetic sounds at a pitch, with the default loop; analysed once per pitch."""
    cache: dict[int, PreparedPitch] = {}

    def at(pitch: int) -> PreparedPitch:
        if pitch not in cache:
            sources = synthetic.source_notes(pitch, RATE_HZ)
            cache[pitch] = renderer.prepare(sources, RATE_HZ, loop_of(pitch))
        return cache[pitch]

    return at
