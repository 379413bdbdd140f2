"""Makes one shard: goes on where an earlier worker stopped, checks every note, stores them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import SettingsError
from audio_pipeline.nsynth.generation import Generator, generate
from audio_pipeline.nsynth.job.checking import GenerationError, problems_of
from audio_pipeline.nsynth.job.checkpoint import Checkpoint, Progress
from audio_pipeline.nsynth.job.encoding import Mixer
from audio_pipeline.nsynth.job.job_file import Job, Places, Shard
from audio_pipeline.nsynth.job.recipe import SALTS, recipe_key, recipe_seed
from audio_pipeline.nsynth.job.store import Codes
from audio_pipeline.nsynth.model import Model, Sizes

OnFrames = Callable[[int], None]
"""Told how many frames of all notes of the shard are finished; raises to stop the work."""

Conditions = NDArray[np.float32]  # [notes, frames, channels]


@dataclass
class Maker:
    """Makes the shards of one job with a model on a device ("auto", "cpu", "cuda")."""

    places: Places
    job: Job
    model: Model
    device: str
    _mixer: Mixer = field(init=False)

    def __post_init__(self) -> None:
        self._mixer = Mixer(self.places, self.job.manner)

    def make(self, shard: Shard, claim: int, on_frames: OnFrames) -> None:
        """Make and store a shard. Raises RenderError leaves: GenerationError, StorageError…"""
        manner, hop = self.job.manner, self.model.sizes.hop
        checkpoint = Checkpoint(
            self.places.unfinished, shard.name, claim, len(shard.notes), manner.frames, hop
        )
        conditions = self._conditions(shard)
        codes = self._generated(shard, conditions, checkpoint, on_frames)
        codes = self._mended(shard, codes, conditions, on_frames)
        self.places.store.keep(shard.name, [recipe_key(n, manner) for n in shard.notes], codes)
        checkpoint.remove()

    def _conditions(self, shard: Shard) -> Conditions:
        mixed = np.stack([self._mixer.latents(note) for note in shard.notes])
        return with_pitches(mixed, [note.pitch for note in shard.notes], self.model.sizes)

    def _seeds(self, shard: Shard, attempt: int = 0) -> list[int]:
        return [recipe_seed(note, self.job.manner, attempt) for note in shard.notes]

    def _generated(
        self, shard: Shard, conditions: Conditions, checkpoint: Checkpoint, on_frames: OnFrames
    ) -> Codes:
        """All codes [notes, samples]; each frame is kept as soon as it is made."""
        seeds, temperature = self._seeds(shard), self.job.manner.temperature
        known = checkpoint.inherit()
        run = Generator(
            self.model, conditions, seeds=seeds, temperature=temperature, device=self.device,
            state=_state(known, seeds, temperature),
        )  # fmt: skip
        try:
            on_frames(run.done)
            before = run.frames_done.copy()
            while run.advance():
                _keep_news(checkpoint, run, before)
                before = run.frames_done.copy()
                on_frames(run.done)
        finally:
            run.close()
        return run.classes

    def _mended(
        self, shard: Shard, codes: Codes, conditions: Conditions, on_frames: OnFrames
    ) -> Codes:
        """The codes, bad notes made again: a note is the same in whatever batch it is made."""
        manner = self.job.manner
        levels = [self._mixer.level_db(note) for note in shard.notes]
        samples = manner.frames * self.model.sizes.hop
        mended = codes.copy()
        bad: Mapping[int, str] = problems_of(codes, samples, levels)
        for attempt in range(1, len(SALTS)):
            if not bad:
                break
            rows = list(bad)
            seeds = self._seeds(shard, attempt)
            again = generate(
                self.model, conditions[rows], seeds=[seeds[row] for row in rows],
                temperature=manner.temperature, device=self.device,
                progress=lambda *_: on_frames(manner.frames * len(shard.notes)),
            )  # fmt: skip
            mended[rows] = again
            found = problems_of(again, samples, [levels[row] for row in rows])
            bad = {rows[index]: problem for index, problem in found.items()}
        if bad:
            raise GenerationError(_words(shard, bad))
        return mended


def _state(
    known: Progress, seeds: list[int], temperature: float
) -> Mapping[str, NDArray[np.generic]]:
    """What was made before, as Generator takes it."""
    return {
        "classes": known.codes,
        "frames_done": known.frames_done,
        "seeds": np.array(seeds, np.uint64),
        "temperature": np.array(temperature),
    }


def _keep_news(checkpoint: Checkpoint, run: Generator, before: NDArray[np.int32]) -> None:
    """Keep the frame that the last step has made: of notes side by side, all equally far."""
    rows = np.flatnonzero(run.frames_done > before)
    first, last, frame = int(rows[0]), int(rows[-1]), int(before[rows[0]])
    span = slice(frame * checkpoint.hop, (frame + 1) * checkpoint.hop)
    checkpoint.append(first, frame, run.classes[first : last + 1, span])


def with_pitches(mixed: Conditions, pitches: list[int], sizes: Sizes) -> Conditions:
    """The latents [notes, frames, channels] with one-hot pitches, if the model wants them."""
    if sizes.pitches == 0:
        return mixed
    over = [pitch for pitch in pitches if pitch >= sizes.pitches]
    if over:
        raise SettingsError(
            f"the model knows pitches below {sizes.pitches}; {over[0]} is asked for: see --pitches"
        )
    hot = np.eye(sizes.pitches, dtype=np.float32)[pitches]  # [notes, pitches]
    repeated = np.repeat(hot[:, None], mixed.shape[1], axis=1)
    return np.concatenate([mixed, repeated], axis=2)


def _words(shard: Shard, bad: Mapping[int, str]) -> str:
    row, problem = next(iter(bad.items()))
    note = shard.notes[row]
    return (
        f"{len(bad)} of {len(shard.notes)} notes came out badly {len(SALTS)} times, such as pitch "
        f"{note.pitch} of {[weight for _, weight in note.sources]}: {problem}; does the model fit "
        "these sounds? Another --seed or --temperature may help"
    )
