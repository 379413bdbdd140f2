"""Making a shard: the same notes in any batch and however often interrupted, and bad ones again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio_pipeline.errors import SettingsError
from audio_pipeline.nsynth.job import making
from audio_pipeline.nsynth.job.checking import GenerationError
from audio_pipeline.nsynth.job.job_file import Job, Places, Shard, make_shard
from audio_pipeline.nsynth.job.making import Maker, with_pitches
from audio_pipeline.nsynth.job.recipe import recipe_key
from audio_pipeline.nsynth.job.store import note_codes

if TYPE_CHECKING:
    from audio_pipeline.nsynth.model import Model, Sizes

MakeJob = Callable[..., Job]


class StoppedError(Exception):
    """The worker ends here."""


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the tiny model makes is bad."""
    monkeypatch.setattr(making, "problems_of", lambda *_: {})


def notes_of(places: Places) -> dict[str, bytes]:
    found = {key: note_codes(*where) for key, where in places.store.notes().items()}
    return {key: codes.tobytes() for key, codes in found.items() if codes is not None}


def forget(places: Places, shard: Shard) -> None:
    (places.store.folder / f"{shard.name}.shard").unlink()


def made(places: Places, job: Job, model: Model, shards: list[Shard]) -> dict[str, bytes]:
    for shard in shards:
        Maker(places, job, model, "cpu").make(shard, 1, lambda _: None)
    return notes_of(places)


def test_notes_are_the_same_in_any_batch(
    places: Places, make_job: MakeJob, tiny_model: Model, quiet: None
) -> None:
    job = make_job(shards=1, notes=5)
    whole = made(places, job, tiny_model, list(job.shards))
    assert len(set(whole.values())) == 5
    assert all(len(codes) == 3 * tiny_model.sizes.hop for codes in whole.values())
    forget(places, job.shards[0])
    notes = job.shards[0].notes
    parts = [make_shard(part, job.manner) for part in (notes[3:], notes[2::-1])]
    assert made(places, job, tiny_model, parts) == whole


def test_a_longer_note_begins_as_a_shorter_one(
    places: Places, make_job: MakeJob, tiny_model: Model, quiet: None
) -> None:
    short = make_job(shards=1, frames=2, source_frames=6)
    long = make_job(shards=1, frames=4, source_frames=6)
    made(places, short, tiny_model, list(short.shards))
    notes = made(places, long, tiny_model, list(long.shards))
    for note in short.shards[0].notes:
        brief, lasting = (notes[recipe_key(note, job.manner)] for job in (short, long))
        assert lasting.startswith(brief)


@pytest.mark.parametrize("stops", [[1], [2], [1, 2], [0, 3]])
def test_an_interrupted_shard_is_gone_on_with(
    places: Places, make_job: MakeJob, tiny_model: Model, quiet: None, stops: list[int]
) -> None:
    job = make_job(shards=1, notes=2, frames=4)
    (shard,) = job.shards
    whole = made(places, job, tiny_model, [shard])
    forget(places, shard)
    frames: list[int] = []

    def stop_at(frame: int) -> Callable[[int], None]:
        def on_frames(done: int) -> None:
            frames.append(done)
            if done == 2 * frame:
                raise StoppedError

        return on_frames

    for claim, stop in enumerate(stops, 1):
        with pytest.raises(StoppedError):
            Maker(places, job, tiny_model, "cpu").make(shard, claim, stop_at(stop))
    Maker(places, job, tiny_model, "cpu").make(shard, len(stops) + 1, stop_at(99))
    assert notes_of(places) == whole
    assert list(places.unfinished.iterdir()) == []
    done = sorted(frames)
    assert done.count(8) == 1  # no frame was made twice: each count comes once, or as a beginning
    assert set(done) <= {0, 2, 4, 6, 8}


def test_bad_notes_are_made_again_and_others_stay(
    places: Places, make_job: MakeJob, tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(shards=1, notes=3)
    calls: list[int] = []

    def found(codes: np.ndarray, *_: object) -> dict[int, str]:
        calls.append(len(codes))
        return {1: "silent"} if len(calls) == 1 else {0: "silent"} if len(calls) == 2 else {}

    (shard,) = job.shards
    monkeypatch.setattr(making, "problems_of", lambda *_: {})
    first = made(places, job, tiny_model, [shard])
    forget(places, shard)
    monkeypatch.setattr(making, "problems_of", found)
    second = made(places, job, tiny_model, [shard])
    assert calls == [3, 1, 1]
    changed = [key for key in first if first[key] != second[key]]
    assert changed == [recipe_key(shard.notes[1], job.manner)]  # the third attempt drew anew


def test_a_machine_that_erred_once_leaves_no_trace(
    places: Places, make_job: MakeJob, tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(shards=1, notes=2)
    (shard,) = job.shards
    monkeypatch.setattr(making, "problems_of", lambda *_: {})
    right = made(places, job, tiny_model, [shard])
    forget(places, shard)
    answers = [{0: "silent"}, {}]
    monkeypatch.setattr(making, "problems_of", lambda *_: answers.pop(0))
    assert made(places, job, tiny_model, [shard]) == right


def test_notes_that_stay_bad_are_an_error_that_names_them(
    places: Places, make_job: MakeJob, tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(shards=1, notes=2)
    monkeypatch.setattr(making, "problems_of", lambda *_: {0: "it is silent"})
    with pytest.raises(
        GenerationError, match=r"1 of 2 notes .* 4 times, such as pitch 60 .*silent"
    ):
        made(places, job, tiny_model, list(job.shards))
    assert not places.store.has(job.shards[0].name)


def test_real_silence_is_noticed(places: Places, make_job: MakeJob, tiny_model: Model) -> None:
    """A decoder whose output favours one class, whatever it hears."""
    import torch

    from audio_pipeline.nsynth.model import Model

    stuck = torch.zeros(256)
    stuck[128] = 1e4
    model = Model(tiny_model.sizes, {**tiny_model.tensors, "logits/biases": stuck})
    job = make_job(shards=1, notes=1)
    with pytest.raises(GenerationError, match="silent"):
        made(places, job, model, list(job.shards))


def test_models_that_want_pitches_get_them(tiny_sizes: Sizes) -> None:
    from dataclasses import replace

    sizes = replace(tiny_sizes, pitches=61)
    mixed = np.ones((2, 3, 3), np.float32)
    conditions = with_pitches(mixed, [60, 48], sizes)
    assert conditions.shape == (2, 3, 64)
    assert (conditions[:, :, 3:].argmax(axis=2) == [[60] * 3, [48] * 3]).all()
    assert (conditions[:, :, 3:].sum(axis=2) == 1).all()
    assert with_pitches(mixed, [60, 84], tiny_sizes) is mixed
    with pytest.raises(SettingsError, match="below 61; 84"):
        with_pitches(mixed, [60, 84], sizes)
