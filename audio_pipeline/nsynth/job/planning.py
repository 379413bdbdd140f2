"""From a build's missing notes to generated audio in the workspace: plan, tell, have it done."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audio_pipeline.context import Context
from audio_pipeline.nsynth.job.conducting import Conductor
from audio_pipeline.nsynth.job.crew import Crew, LocalCrew, Others
from audio_pipeline.nsynth.job.dealing import deal, tidy
from audio_pipeline.nsynth.job.encoding import EncodeTask, read_encoding
from audio_pipeline.nsynth.job.files import sweep
from audio_pipeline.nsynth.job.job_file import Job, Places, write_job
from audio_pipeline.nsynth.job.meter import Meter
from audio_pipeline.nsynth.job.model_copy import copy_model
from audio_pipeline.nsynth.job.options import OTHERS_BATCH, Options
from audio_pipeline.nsynth.job.probe import Probe, ProbeRequest
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe, make_recipe, recipe_key
from audio_pipeline.nsynth.sound_files import RATE_HZ
from audio_pipeline.preparing import Material
from audio_pipeline.progress import duration
from audio_pipeline.rendering import Missing

ONSET_S = 0.25  # so much may be trimmed from a note's begin
BEHIND_LOOP_S = 0.25  # that the loop's analysis reads
SOURCES_PER_TASK = 4


@dataclass(frozen=True)
class Planner:
    """One build's generation."""

    context: Context
    material: Material
    options: Options
    model_id: str
    hop: int

    @property
    def places(self) -> Places:
        """Where everything lies."""
        return Places(self.context.workspace.folder)

    def manner(self) -> Manner:
        """How all notes are generated: as long as the pack can use, or the sources last."""
        loops = self.material.loops.values()
        longest_s = max(
            len(self.context.workspace.source(source)) / RATE_HZ
            for by_sound in self.material.sources.values()
            for source in by_sound.values()
        )
        if loops:
            used_s = max(loop.end_frame for loop in loops) / RATE_HZ + ONSET_S + BEHIND_LOOP_S
            longest_s = min(longest_s, used_s)
        length_s = self.context.plan.settings.notes.length_s
        return Manner(
            self.model_id, self.options.seed, self.options.temperature,
            math.ceil(longest_s * RATE_HZ / self.hop), math.ceil(length_s * RATE_HZ / self.hop),
        )  # fmt: skip

    def generate(self, missing: Missing) -> Manner:
        """Have all sounds of the missing notes made. Raises RenderError leaves."""
        places, manner = self.places, self.manner()
        sweep(places.folder)
        damaged = places.store.remove_damaged()
        if damaged:
            self.context.warn([f"{damaged} files of generated notes were damaged; made again"])
        needed = self._needed(missing, manner)
        if needed:
            copy_model(self.options.model, self.model_id, places)
            self._encode(needed, manner)
            self._have_done(needed, manner)
        return manner

    def _needed(self, missing: Missing, manner: Manner) -> dict[str, NoteRecipe]:
        """The notes by key that have not been generated yet."""
        there = self.places.store.notes()
        recipes = (self._recipe(pitch, dict(cell)) for pitch, cells in missing.items()
                   for cell in cells.values())  # fmt: skip
        by_key = {recipe_key(recipe, manner): recipe for recipe in recipes}
        return {key: recipe for key, recipe in by_key.items() if key not in there}

    def _recipe(self, pitch: int, weights: dict[str, float]) -> NoteRecipe:
        return make_recipe(pitch, self.material.sources[pitch], weights)

    def _encode(self, needed: dict[str, NoteRecipe], manner: Manner) -> None:
        """Encode the sources that have not been yet, in the build's processes."""
        wanted = sorted({source for recipe in needed.values() for source, _ in recipe.sources})
        wanted = [source for source in wanted if not self._is_encoded(source, manner)]
        tasks = [
            EncodeTask(self.context.workspace, self.places, manner, self.hop, tuple(part))
            for part in _parts(wanted, SOURCES_PER_TASK)
        ]
        with self.context.progress(len(wanted), "source notes encoded") as progress:
            for _ in self.context.pool.run(tasks):
                progress.step()

    def _is_encoded(self, source: str, manner: Manner) -> bool:
        encoding = read_encoding(self.places, source, manner)
        return encoding is not None and encoding.is_usable

    def _have_done(self, needed: dict[str, NoteRecipe], manner: Manner) -> None:
        crew = self._crew()
        try:
            self._conduct(crew, needed, manner)
        finally:
            crew.stop()

    def _conduct(self, crew: Crew, needed: dict[str, NoteRecipe], manner: Manner) -> None:
        processes = self.options.workers or self.context.pool.jobs
        request = ProbeRequest(
            self.places.model(self.model_id), self.options.device, len(needed), processes,
            self.options.batch,
        )  # fmt: skip
        probe = crew.probe(request)
        batch = self.options.batch or (probe.batch if probe else OTHERS_BATCH)
        keep = self.options.batch is None
        job = deal(self.places, manner, set(needed), self._all(), batch, keep_earlier=keep)
        tidy(self.places, job)
        write_job(self.places, job)
        self.context.say(self._words(job, probe))
        meter = Meter(self.places, job, self.hop)
        with self.context.telling("notes are generated") as tell:
            Conductor(meter, crew, tell).run(probe)

    def _crew(self) -> Crew:
        if self.options.cluster is not None:
            from audio_pipeline.nsynth.job.ray_crew import RayCrew

            folder, jobs = self.context.workspace.folder, self.context.pool.jobs
            return RayCrew(folder, self.options.cluster, jobs)
        return Others() if self.options.workers == 0 else LocalCrew(self.places)

    def _all(self) -> Iterable[NoteRecipe]:
        """Every note of the pack, so that shards stay the same as notes get finished."""
        for pitch in self.context.plan.pitches:
            for cell in self.context.plan.grid.unique:
                yield self._recipe(pitch, dict(cell))

    def _words(self, job: Job, probe: Probe | None) -> str:
        """What is going to be done, and about how long it will take."""
        sizes = [len(shard.notes) for shard in job.shards]
        manner = job.manner
        seconds = manner.frames * self.hop / RATE_HZ
        lines = [
            f"{sum(sizes)} notes of {seconds:.2f} s to generate, in {len(sizes)} batches of up to "
            f"{max(sizes)} (seed {manner.seed}, temperature {manner.temperature:g})"
        ]
        if probe is None:
            place = self.context.workspace.folder
            lines.append(f"waiting for workers: latentpad-render work {place}")
            return "\n".join(lines)
        workers = min(probe.workers, len(sizes))
        total_s = sum(sizes) * manner.frames * self.hop / (probe.samples_per_s * workers)
        lines.append(
            f"{workers} x {probe.name}: {probe.samples_per_s:,.0f} samples/s and "
            f"{probe.memory_bytes / 1e9:.1f} GB each; about {duration(total_s)}"
        )
        return "\n".join(lines)


def _parts(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
