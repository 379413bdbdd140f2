"""Packs built with NSynth: the same bytes in any batch, and whatever was killed or damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio_pipeline.errors import ModelError, SettingsError
from audio_pipeline.nsynth.job import making
from audio_pipeline.nsynth.job.checking import GenerationError
from audio_pipeline.nsynth.job.job_file import Places, read_job
from audio_pipeline.renderers.registry import make_renderer
from device.pack import open_pack, verify_pack

if TYPE_CHECKING:
    from workshop import Workshop

    from audio_pipeline.build import BuildResult

pytestmark = pytest.mark.usefixtures("in_this_process")
Build = Callable[..., "BuildResult"]


@pytest.fixture
def build(workshop: Workshop, model_file: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Builds 2 x 2 cells of 0.15 s at one pitch; options of the renderer by keyword."""
    workshop.write_notes(pitches=[60], rate_hz=16_000, length_s=0.15)
    settings = workshop.settings(grid={"size": 2}, notes={"rate_hz": 16_000, "length_s": 0.2})

    def make(pack: str = "p", model: Path = model_file, **options: object) -> BuildResult:
        renderer = make_renderer("nsynth", model=model, **options)
        place = workshop.path / f"{pack}.work"
        return workshop.build(pack, renderer, settings, workspace=place)

    return make


def pack_tree(workshop: Workshop, pack: str) -> dict[str, bytes]:
    from workshop import tree

    return tree(workshop.path / pack)


def test_a_pack_is_whole_and_says_what_made_it(
    workshop: Workshop, build: Build, model_file: Path
) -> None:
    result = build(seed=3, temperature=0.9)
    assert (result.notes, result.rendered) == (4, 4)
    assert verify_pack(workshop.path / "p").problems == ()
    with open_pack(workshop.path / "p") as pack:
        manifest = pack.manifest
        assert (manifest.renderer_name, manifest.sample_rate_hz) == ("nsynth", 16_000)
        assert "seed 3 temperature 0.9" in manifest.renderer_version
        for name in manifest.combinations[0].cells[0]:
            samples = pack.cell(name).decode(60)
            assert np.abs(samples).max() > 1000
    said = workshop.words.getvalue()
    assert (
        "4 notes of 0.15 s to generate, in 1 batches of up to 4 (seed 3, temperature 0.9)" in said
    )
    assert "1 x this process: 10,000 samples/s and 0.1 GB each; about 1 s" in said
    assert "notes are generated" in said


def test_batches_and_their_order_change_nothing(workshop: Workshop, build: Build) -> None:
    build("p/pack", batch=4)
    build("q/pack", batch=1)
    assert pack_tree(workshop, "p/pack") == pack_tree(workshop, "q/pack")
    job = read_job(Places(workshop.path / "q/pack.work"))
    assert [len(shard.notes) for shard in job.shards] == [1, 1, 1, 1]


def test_seed_temperature_and_model_make_other_notes(
    workshop: Workshop, build: Build, tiny_model: object, tmp_path: Path
) -> None:
    from dataclasses import replace

    from audio_pipeline.nsynth.model import Model
    from audio_pipeline.nsynth.model_file import save_model

    assert isinstance(tiny_model, Model)
    other = tmp_path / "other.safetensors"
    save_model(other, replace(tiny_model, source="the same weights, but another file"))
    assert [build(**options).rendered for options in (
        {}, {}, {"seed": 1}, {"temperature": 0.8}, {"model": other}, {},
    )] == [4, 0, 4, 4, 4, 0]  # fmt: skip


def test_a_second_build_only_finishes_what_is_generated(
    workshop: Workshop, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    build("p")
    first = pack_tree(workshop, "p")
    shutil.rmtree(workshop.path / "p.work" / "notes")
    monkeypatch.setattr(making.Maker, "make", None)  # nothing is to be generated
    assert build("p").rendered == 4
    assert pack_tree(workshop, "p") == first


@pytest.mark.parametrize("what", ["shards", "encodings", "models", "job.json"])
def test_what_was_damaged_meanwhile_is_made_again(
    workshop: Workshop, build: Build, what: str
) -> None:
    import shutil

    build("p")
    first = pack_tree(workshop, "p")
    place = workshop.path / "p.work"
    shutil.rmtree(place / "notes")
    for path in (place / "generated").rglob("*"):
        if path.is_file() and what in str(path.relative_to(place)):
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2])
    if what != "shards":
        shutil.rmtree(place / "generated" / "shards")
    assert build("p").rendered == 4
    assert pack_tree(workshop, "p") == first
    assert ("were damaged; made again" in workshop.words.getvalue()) == (what == "shards")


def test_notes_that_cannot_be_made_fail_the_build_and_may_be_tried_again(
    workshop: Workshop, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(making, "problems_of", lambda *_: {0: "it is silent"})
        with pytest.raises(GenerationError, match=r"such as pitch 60 of .*it is silent"):
            build("p")
    assert not (workshop.path / "p").exists()
    assert build("p").rendered == 4


def test_shards_stay_the_same_while_notes_get_finished(
    workshop: Workshop, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was stopped between shards goes on with the others, under the same names."""
    make = making.Maker.make

    def stop_at_third(self: making.Maker, *arguments: object) -> None:
        if len(self.places.store.notes()) == 2:
            raise KeyboardInterrupt
        make(self, *arguments)  # type: ignore[arg-type]

    places = Places(workshop.path / "p.work")
    with monkeypatch.context() as patch:
        patch.setattr(making.Maker, "make", stop_at_third)
        with pytest.raises(KeyboardInterrupt):
            build("p", batch=1)
    before = read_job(places)
    assert build("p").rendered == 4  # without --batch: as the first run dealt them out
    assert read_job(places).shards == before.shards[2:]


def test_other_rates_are_refused(workshop: Workshop, build: Build, model_file: Path) -> None:
    settings = workshop.settings(notes={"rate_hz": 48_000})
    with pytest.raises(SettingsError, match="rate_hz = 48000: NSynth plays at 16000 Hz only"):
        workshop.build("p", make_renderer("nsynth", model=model_file), settings)


def test_models_that_are_none_are_named(build: Build, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.safetensors: cannot be read"):
        build(model=tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_text("no model")
    with pytest.raises(ModelError, match=r"bad\.safetensors: is not a whole safetensors file"):
        build(model=tmp_path / "bad.safetensors")
