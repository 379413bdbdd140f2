"""The job's file, and how notes are dealt out to shards."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from audio_pipeline.nsynth.job.job_file import (
    Job,
    NoJobError,
    Places,
    make_shard,
    plan_shards,
    read_job,
)
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe, recipe_key

MANNER = Manner("model", 0, 1.0, 10, 12)
NOTES = [NoteRecipe(pitch, (("a", part / 10), ("b", 1 - part / 10)))
         for pitch in (48, 60) for part in range(1, 6)]  # fmt: skip


def test_a_job_comes_back(places: Places, make_job: Callable[..., Job]) -> None:
    job = make_job()
    assert read_job(places) == job
    assert [len(shard.notes) for shard in job.shards] == [2, 2]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}'])
def test_other_files_are_no_jobs(places: Places, text: str) -> None:
    with pytest.raises(NoJobError, match="--renderer nsynth"):
        read_job(places)
    places.folder.mkdir(parents=True)
    places.job.write_text(text)
    with pytest.raises(NoJobError):
        read_job(places)


@pytest.mark.parametrize(("most", "sizes"), [(10, [10]), (4, [3, 3, 4]), (1, [1] * 10)])
def test_shards_are_of_like_size_and_have_each_note_once(most: int, sizes: list[int]) -> None:
    shuffled = [*NOTES, *NOTES[:3]]
    random.Random(1).shuffle(shuffled)
    shards = plan_shards(shuffled, MANNER, most)
    assert shards == plan_shards(NOTES, MANNER, most)
    assert [len(shard.notes) for shard in shards] == sizes
    notes = [recipe_key(note, MANNER) for shard in shards for note in shard.notes]
    assert sorted(notes) == sorted(recipe_key(note, MANNER) for note in NOTES)
    assert len({shard.name for shard in shards}) == len(shards)


def test_no_notes_are_no_shards() -> None:
    assert plan_shards([], MANNER, 4) == []


def test_a_shard_is_named_by_what_is_in_it() -> None:
    assert make_shard(NOTES[:3], MANNER) == make_shard(NOTES[:3], MANNER)
    assert make_shard(NOTES[:3], MANNER).name != make_shard(NOTES[:2], MANNER).name
