"""The renderers that users can choose."""

from __future__ import annotations

import pytest

from audio_pipeline.errors import SettingsError
from audio_pipeline.renderers.registry import DEFAULT, make_renderer, renderer_names


def test_every_name_makes_a_renderer_that_has_it() -> None:
    assert renderer_names()[0] == DEFAULT == "harmonic"
    for name in renderer_names():
        renderer = make_renderer(name)
        assert renderer.name == name
        assert renderer.version


def test_other_names_are_refused_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match="'crossfade': must be one of harmonic"):
        make_renderer("crossfade")
