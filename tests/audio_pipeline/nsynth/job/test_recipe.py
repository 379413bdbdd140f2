"""Keys and seeds: everything that a note depends on, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audio_pipeline.nsynth.job.recipe import (
    SALTS,
    Manner,
    NoteRecipe,
    make_recipe,
    recipe_key,
    recipe_seed,
)

MANNER = Manner("model", 7, 0.9, 97, 125)
NOTE = NoteRecipe(60, (("a", 0.25), ("b", 0.75)))


def test_a_recipe_names_sources_by_what_they_are() -> None:
    sources = {"flute": "b", "choir": "a", "organ": "c", "flute copy": "b"}
    weights = {"flute": 0.5, "choir": 0.25, "organ": 0.0, "flute copy": 0.25}
    assert make_recipe(60, sources, weights) == NOTE
    assert make_recipe(60, sources, dict(reversed(weights.items()))) == NOTE


@pytest.mark.parametrize(
    "change",
    [{"model_id": "other"}, {"seed": 8}, {"temperature": 1.0}, {"frames": 96},
     {"source_frames": 126}],
)  # fmt: skip
def test_the_key_has_all_of_the_manner(change: dict[str, object]) -> None:
    assert recipe_key(NOTE, MANNER) != recipe_key(NOTE, replace(MANNER, **change))


@pytest.mark.parametrize(
    "other", [NoteRecipe(61, NOTE.sources), NoteRecipe(60, (("a", 0.25), ("c", 0.75)))]
)
def test_the_key_has_all_of_the_note(other: NoteRecipe) -> None:
    assert recipe_key(NOTE, MANNER) != recipe_key(other, MANNER)
    assert recipe_seed(NOTE, MANNER) != recipe_seed(other, MANNER)


def test_a_longer_note_has_the_same_seed() -> None:
    assert recipe_seed(NOTE, MANNER) == recipe_seed(NOTE, replace(MANNER, frames=9))
    assert recipe_seed(NOTE, MANNER) != recipe_seed(NOTE, replace(MANNER, seed=8))
    assert 0 <= recipe_seed(NOTE, MANNER) < 1 << 64


def test_the_second_attempt_repeats_the_first_and_later_ones_do_not() -> None:
    seeds = [recipe_seed(NOTE, MANNER, attempt) for attempt in range(len(SALTS))]
    assert seeds[0] == seeds[1]
    assert len(set(seeds)) == len(SALTS) - 1
