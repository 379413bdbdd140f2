"""The renderers that users can choose by name, imported only when chosen."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from audio_pipeline.errors import SettingsError
from audio_pipeline.renderers.base import Renderer

DEFAULT = "harmonic"
_PLACES = {
    "harmonic": ("audio_pipeline.renderers.harmonic", "HarmonicRenderer"),
    "nsynth": ("audio_pipeline.renderers.nsynth", "make_nsynth"),
}
_RATES_HZ = {"nsynth": 16_000}


def renderer_names() -> tuple[str, ...]:
    """All names that `make_renderer` knows, the default first."""
    return tuple(sorted(_PLACES, key=lambda name: (name != DEFAULT, name)))


def fixed_rate_hz(name: str) -> int | None:
    """The only sample rate at which a renderer works, if there is one."""
    return _RATES_HZ.get(name)


def make_renderer(name: str, **settings: Any) -> Renderer:  # noqa: ANN401 - passed on
    """A renderer; SettingsError for an unknown name, or settings that it lacks or has not."""
    if name not in _PLACES:
        raise SettingsError(f"renderer {name!r}: must be one of {', '.join(renderer_names())}")
    module, attribute = _PLACES[name]
    make = getattr(importlib.import_module(module), attribute)
    unknown = settings.keys() - inspect.signature(make).parameters.keys()
    if unknown:
        options = ", ".join(f"--{option}" for option in sorted(unknown))
        raise SettingsError(f"{options}: not for the {name} renderer")
    renderer: Renderer = make(**settings)
    return renderer
