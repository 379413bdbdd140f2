"""The renderers that users can choose."""

from __future__ import annotations

import pytest

from audio_pipeline.errors import SettingsError
from audio_pipeline.renderers.registry import (
    DEFAULT,
    fixed_rate_hz,
    make_renderer,
    renderer_names,
)


def test_the_names_make_renderers_that_have_them() -> None:
    assert renderer_names() == (DEFAULT, "nsynth")
    renderer = make_renderer("harmonic")
    assert renderer.name == DEFAULT == "harmonic"
    assert renderer.version
    assert fixed_rate_hz("harmonic") is None


def test_nsynth_needs_a_model_and_knows_one_rate() -> None:
    assert fixed_rate_hz("nsynth") == 16_000
    with pytest.raises(SettingsError, match="needs --model"):
        make_renderer("nsynth")


def test_settings_of_another_renderer_are_refused() -> None:
    with pytest.raises(SettingsError, match="--model, --seed: not for the harmonic renderer"):
        make_renderer("harmonic", seed=1, model="m")


def test_other_names_are_refused_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match="'crossfade': must be one of harmonic"):
        make_renderer("crossfade")
