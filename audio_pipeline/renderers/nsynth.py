"""The NSynth renderer: a WaveNet plays the notes between sounds, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from audio_pipeline.context import Context
from audio_pipeline.errors import RenderError, SettingsError
from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.nsynth.finishing.notes import FINISHING_VERSION, Finisher
from audio_pipeline.nsynth.job.model_copy import model_id
from audio_pipeline.nsynth.job.options import Options
from audio_pipeline.nsynth.job.recipe import (
    GENERATION_VERSION,
    Manner,
    make_recipe,
    recipe_key,
)
from audio_pipeline.nsynth.job.store import Header, Store, note_codes
from audio_pipeline.nsynth.sound_files import RATE_HZ
from audio_pipeline.preparing import Material
from audio_pipeline.renderers.base import RenderedNote, SourceNote
from audio_pipeline.rendering import Missing
from device.pack.model import Loop


@dataclass(frozen=True)
class PreparedPitch:
    """The sources of one pitch."""

    source_ids: Mapping[str, str]
    finisher: Finisher


@dataclass(frozen=True)
class Generated:
    """Where the sounds of all notes are."""

    store: Store
    manner: Manner

    @cached_property
    def notes(self) -> dict[str, tuple[Path, Header, int]]:
        """Each note by key: file and row."""
        return self.store.notes()


class NsynthRenderer:
    """See Renderer, and BatchRenderer: sounds are generated first, and finished note by note.

    Equal notes are equal bytes: the version names the model by its file's hash, seed and
    temperature.
    """

    name = "nsynth"

    def __init__(self, options: Options) -> None:
        """Look at the model. Raises ModelError; ModuleNotFoundError without PyTorch."""
        from audio_pipeline.nsynth.model_file import load_model

        self._options = options
        self._generated: Generated | None = None
        self._model_id = model_id(options.model)
        self._hop = load_model(options.model).sizes.hop
        self.version = (
            f"{GENERATION_VERSION}.{FINISHING_VERSION} model {self._model_id} "
            f"seed {options.seed} temperature {options.temperature}"
        )

    def generate(self, context: Context, material: Material, missing: Missing) -> NsynthRenderer:
        """See BatchRenderer."""
        from audio_pipeline.nsynth.job.planning import Planner

        if context.rate_hz != RATE_HZ:
            raise SettingsError(f"rate_hz = {context.rate_hz}: NSynth plays at {RATE_HZ} Hz only")
        planner = Planner(context, material, self._options, self._model_id, self._hop)
        finishing = copy(self)
        finishing._generated = Generated(planner.places.store, planner.generate(missing))
        return finishing

    def prepare(
        self, sources: Sequence[SourceNote], rate_hz: int, loop: Loop | None
    ) -> PreparedPitch:
        """Measure how loud the sources of one pitch are."""
        loudness = {s.instrument: momentary_loudness_lufs(s.samples, rate_hz) for s in sources}
        finisher = Finisher(sources[0].pitch, rate_hz, loop, loudness)
        return PreparedPitch({s.instrument: s.source_id for s in sources}, finisher)

    def render(self, prepared: PreparedPitch, weights: Mapping[str, float]) -> RenderedNote:
        """Finish the note that was generated for these weights. Raises RenderError."""
        if self._generated is None:
            raise RenderError("the notes have not been generated yet")
        recipe = make_recipe(prepared.finisher.pitch, prepared.source_ids, weights)
        key = recipe_key(recipe, self._generated.manner)
        found = self._generated.notes.get(key)
        codes = None if found is None else note_codes(*found)
        if codes is None:
            raise RenderError(
                f"a generated note in {self._generated.store.folder} was changed or removed during "
                "the build; run the same command again"
            )
        return prepared.finisher.finish(codes, weights)


def make_nsynth(
    model: Path | None = None,
    seed: int = 0,
    temperature: float = 1.0,
    device: str = "auto",
    batch: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
) -> NsynthRenderer:
    """The renderer from the options of `build`. Raises SettingsError, ModelError."""
    if model is None:
        raise SettingsError("--renderer nsynth needs --model, a file of latentpad-render nsynth")
    return NsynthRenderer(Options(model, seed, temperature, device, batch, workers, cluster))
