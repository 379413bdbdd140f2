"""The renderers that users can choose by name, imported only when chosen."""

from __future__ import annotations

import importlib

from audio_pipeline.errors import SettingsError
from audio_pipeline.renderers.base import Renderer

DEFAULT = "harmonic"
_PLACES = {"harmonic": ("audio_pipeline.renderers.harmonic", "HarmonicRenderer")}


def renderer_names() -> tuple[str, ...]:
    """All names that `make_renderer` knows, the default first."""
    return tuple(sorted(_PLACES, key=lambda name: (name != DEFAULT, name)))


def make_renderer(name: str) -> Renderer:
    """A renderer with its default settings; SettingsError for an unknown name."""
    if name not in _PLACES:
        raise SettingsError(f"renderer {name!r}: must be one of {', '.join(renderer_names())}")
    module, attribute = _PLACES[name]
    renderer: Renderer = getattr(importlib.import_module(module), attribute)()
    return renderer
