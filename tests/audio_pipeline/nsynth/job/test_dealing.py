"""Dealing notes out: shards keep their names while notes get finished."""

from __future__ import annotations

from audio_pipeline.nsynth.job.dealing import deal, tidy
from audio_pipeline.nsynth.job.files import put_json
from audio_pipeline.nsynth.job.job_file import Job, Places, write_job
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe, recipe_key

MANNER = Manner("model", 0, 1.0, 10, 12)
NOTES = [NoteRecipe(60, (("a", part / 10), ("b", 1 - part / 10))) for part in range(1, 9)]
KEYS = {recipe_key(note, MANNER): note for note in NOTES}


def dealt(places: Places, needed: set[str], batch: int, keep: bool = False) -> Job:
    return deal(places, MANNER, needed, NOTES, batch, keep_earlier=keep)


def keys_of(job: Job) -> list[set[str]]:
    return [{recipe_key(note, MANNER) for note in shard.notes} for shard in job.shards]


def test_only_what_is_needed_is_dealt_and_whole_shards_stay(places: Places) -> None:
    every = dealt(places, set(KEYS), 3)
    assert [len(shard.notes) for shard in every.shards] == [2, 3, 3]
    first, second, third = keys_of(every)
    rest = dealt(places, set(KEYS) - first, 3)
    assert rest.shards == every.shards[1:]
    one = next(iter(second))
    part = dealt(places, {one} | third, 3)
    assert keys_of(part) == [{one}, third]
    assert part.shards[1] == every.shards[2]


def test_the_shards_of_an_earlier_job_are_kept_if_asked(places: Places) -> None:
    earlier = dealt(places, set(KEYS), 2)
    write_job(places, earlier)
    assert dealt(places, set(KEYS), 8, keep=True) == earlier
    assert len(dealt(places, set(KEYS), 8).shards) == 1
    done = keys_of(earlier)[0]
    assert dealt(places, set(KEYS) - done, 8, keep=True).shards == earlier.shards[1:]


def test_an_earlier_job_that_lacks_something_is_not_kept(places: Places) -> None:
    few = set(list(KEYS)[:4])
    write_job(places, dealt(places, few, 2))
    assert len(dealt(places, set(KEYS), 8, keep=True).shards) == 1
    other = Manner("other model", 0, 1.0, 10, 12)
    write_job(places, deal(places, other, set(), NOTES, 2, keep_earlier=False))
    assert len(dealt(places, few, 8, keep=True).shards) == 1


def test_what_nobody_wants_is_tidied_away(places: Places) -> None:
    job = dealt(places, set(KEYS), 8)
    (name,) = (shard.name for shard in job.shards)
    places.unfinished.mkdir(parents=True)
    for part in (f"{name}.1.part", "other.1.part"):
        (places.unfinished / part).write_text("")
    put_json(places.failure(name), {"problem": "it failed"})
    tidy(places, job)
    assert [path.name for path in places.unfinished.iterdir()] == [f"{name}.1.part"]
    assert not places.failure(name).exists()
