"""A job as one file in the workspace: all that a worker on any machine must know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.job.claims import Claims
from audio_pipeline.nsynth.job.files import put_json, read_json
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe, recipe_key
from audio_pipeline.nsynth.job.store import Store

FORMAT = 1


class NoJobError(RenderError, FileNotFoundError):
    """A folder that holds no job of this version."""

    exit_code = 2


@dataclass(frozen=True)
class Shard:
    """Notes that are generated together. The name is the hash of their keys."""

    name: str
    notes: tuple[NoteRecipe, ...]


@dataclass(frozen=True)
class Job:
    """What is to be generated, and how."""

    manner: Manner
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Places:
    """Where everything of a job lies in a workspace."""

    workspace: Path

    @property
    def folder(self) -> Path:
        """All that belongs to generation."""
        return self.workspace / "generated"

    @property
    def job(self) -> Path:
        """The job's file."""
        return self.folder / "job.json"

    @property
    def store(self) -> Store:
        """Finished shards."""
        return Store(self.folder / "shards")

    @property
    def unfinished(self) -> Path:
        """Frames of shards that are being made."""
        return self.folder / "unfinished"

    @property
    def logs(self) -> Path:
        """What workers say."""
        return self.folder / "logs"

    def claims(self, expiry_s: float | None = None) -> Claims:
        """Who works on what."""
        folder = self.folder / "claims"
        return Claims(folder) if expiry_s is None else Claims(folder, expiry_s=expiry_s)

    def model(self, model_id: str) -> Path:
        """The copy of the model, so that every machine has the same."""
        return self.folder / "models" / f"{model_id}.safetensors"

    def encoding(self, source_id: str, manner: Manner) -> Path:
        """A source note's latents."""
        name = f"{source_id}.{manner.model_id[:16]}.{manner.source_frames}.npz"
        return self.folder / "encodings" / name

    def failure(self, shard: str) -> Path:
        """Why a shard could not be made."""
        return self.folder / "failures" / f"{shard}.json"


def plan_shards(recipes: Iterable[NoteRecipe], manner: Manner, most_notes: int) -> list[Shard]:
    """The notes, each once and sorted, in shards of like size."""
    by_key = {recipe_key(recipe, manner): recipe for recipe in recipes}
    keys = sorted(by_key, key=lambda key: (by_key[key].pitch, key))
    count = -(-len(keys) // most_notes)
    bounds = [len(keys) * part // max(1, count) for part in range(count + 1)]
    return [
        make_shard([by_key[key] for key in keys[begin:end]], manner)
        for begin, end in pairwise(bounds)
    ]


def make_shard(notes: Sequence[NoteRecipe], manner: Manner) -> Shard:
    """A shard of these notes."""
    keys = " ".join(recipe_key(note, manner) for note in notes)
    return Shard(hashlib.blake2b(keys.encode(), digest_size=16).hexdigest(), tuple(notes))


def write_job(places: Places, job: Job) -> None:
    """Put the job where workers find it. Raises StorageError."""
    put_json(places.job, {"format": FORMAT, **asdict(job)})


def read_job(places: Places) -> Job:
    """The job of a workspace. Raises NoJobError."""
    document = read_json(places.job)
    if document is None or document.get("format") != FORMAT:
        raise NoJobError(
            f"{places.workspace} holds no generation job of this version; "
            "latentpad-render build --renderer nsynth --workspace makes one"
        )
    shards = tuple(Shard(shard["name"], tuple(map(_note, shard["notes"])))
                   for shard in document["shards"])  # fmt: skip
    return Job(Manner(**document["manner"]), shards)


def _note(document: Mapping[str, Any]) -> NoteRecipe:
    sources = tuple((source, weight) for source, weight in document["sources"])
    return NoteRecipe(document["pitch"], sources)
