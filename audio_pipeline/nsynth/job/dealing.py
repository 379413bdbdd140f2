"""Deals the notes of a build out to shards, such that what was begun is gone on with."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from audio_pipeline.nsynth.job.job_file import (
    Job,
    NoJobError,
    Places,
    Shard,
    make_shard,
    plan_shards,
    read_job,
)
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe, recipe_key


def deal(
    places: Places,
    manner: Manner,
    needed: Collection[str],
    everything: Iterable[NoteRecipe],
    batch: int,
    *,
    keep_earlier: bool,
) -> Job:
    """Shards of the notes whose keys are needed.

    All notes of the pack (`everything`) are dealt out and those not needed left aside, so shards
    keep their names as notes get finished. With `keep_earlier` those of the job that is there
    are kept, if it has all that is needed, although another `batch` would be best now.
    """
    earlier = _earlier(places, manner) if keep_earlier else {}
    if earlier and earlier.keys() >= set(needed):
        plan = list(dict.fromkeys(earlier.values()))
    else:
        plan = plan_shards(everything, manner, batch)
    left = ([note for note in shard.notes if recipe_key(note, manner) in needed] for shard in plan)
    return Job(manner, tuple(make_shard(notes, manner) for notes in left if notes))


def tidy(places: Places, job: Job) -> None:
    """Forget failures, which may be tried again, and beginnings of what nobody wants now."""
    names = {shard.name for shard in job.shards}
    for name in names:
        places.failure(name).unlink(missing_ok=True)
    for path in places.unfinished.glob("*.part"):
        if path.name.split(".")[0] not in names:
            path.unlink(missing_ok=True)


def _earlier(places: Places, manner: Manner) -> dict[str, Shard]:
    """The shard of each note of the job that is there."""
    try:
        job = read_job(places)
    except NoJobError:
        return {}
    if job.manner != manner:
        return {}
    return {recipe_key(note, manner): shard for shard in job.shards for note in shard.notes}
