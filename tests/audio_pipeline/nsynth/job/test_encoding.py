"""Latents of source notes: of the whole sound, kept whole, and mixed by weight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.job import encoding, model_copy
from audio_pipeline.nsynth.job.encoding import EncodeTask, Encoding, Mixer, read_encoding
from audio_pipeline.nsynth.job.job_file import Job, Places
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe
from audio_pipeline.nsynth.model import Model
from audio_pipeline.workspace import Workspace


def test_a_source_is_encoded_as_the_network_does_silence_behind_it(
    places: Places, tiny_model: Model, model_file: Path
) -> None:
    import torch

    from audio_pipeline.nsynth import network

    identity = model_copy.model_id(model_file)
    model_copy.copy_model(model_file, identity, places)
    workspace, manner = Workspace(places.workspace), Manner(identity, 0, 1.0, 5, 8)
    hop = tiny_model.sizes.hop
    sound = 0.5 * np.sin(np.arange(6 * hop) * 0.2)
    workspace.keep_source("a", sound)
    workspace.keep_source("long", np.tile(sound, 3))
    task = EncodeTask(workspace, places, manner, hop, ("a", "long"))
    assert list(task.run()) == ["a", "long"]
    found = read_encoding(places, "a", manner)
    assert found is not None
    padded = torch.from_numpy(np.pad(sound, (0, 2 * hop)).astype(np.float32))
    expected = network.encode(tiny_model, padded[None])[0].numpy()
    np.testing.assert_allclose(found.latents, expected, atol=1e-5)
    assert found.level_db == pytest.approx(-9.03 + 10 * np.log10(6 / 8), abs=0.1)
    longer = read_encoding(places, "long", manner)
    assert longer is not None
    assert longer.latents.shape == (8, 3)


def test_mixes_are_weighted_means(places: Places, make_job: Callable[..., Job]) -> None:
    job = make_job()
    first, second = (read_encoding(places, source, job.manner) for source in ("s1", "s2"))
    assert first is not None
    assert second is not None
    note = NoteRecipe(60, (("s1", 0.25), ("s2", 0.75)))
    mixer = Mixer(places, job.manner)
    expected = 0.25 * first.latents[:3] + 0.75 * second.latents[:3]
    np.testing.assert_allclose(mixer.latents(note), expected, rtol=1e-6)
    assert mixer.latents(note).dtype == np.float32
    corner = NoteRecipe(60, (("s2", 1.0),))
    np.testing.assert_array_equal(mixer.latents(corner), second.latents[:3])
    assert mixer.level_db(note) == pytest.approx(-20.0)


@pytest.mark.parametrize("damage", ["missing", "cut", "nan"])
def test_damaged_encodings_are_not_used(
    places: Places, make_job: Callable[..., Job], damage: str
) -> None:
    manner = make_job().manner
    path = places.encoding("s1", manner)
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    else:
        latents = np.full((4, 3), np.nan, np.float32)
        encoding.keep_encoding(places, "s1", manner, Encoding(latents, -20.0))
    with pytest.raises(RenderError, match="missing or damaged"):
        Mixer(places, manner).latents(NoteRecipe(60, (("s1", 1.0),)))
