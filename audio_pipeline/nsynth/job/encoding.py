"""Source notes to latents in the workspace, and the mixes of latents that notes are made from."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.job.files import put
from audio_pipeline.nsynth.job.job_file import Places
from audio_pipeline.nsynth.job.recipe import Manner, NoteRecipe
from audio_pipeline.nsynth.sound_files import LOUDEST, RATE_HZ
from audio_pipeline.workspace import Workspace

LEVEL_WINDOW_S = 0.05

Latents = NDArray[np.float32]  # [frames, channels]


@dataclass(frozen=True)
class Encoding:
    """A source note as the model sees it."""

    latents: Latents
    level_db: float  # of its loudest 50 ms, of full scale

    @property
    def is_usable(self) -> bool:
        """Whether all its numbers are finite."""
        return bool(np.isfinite(self.latents).all() and np.isfinite(self.level_db))


@dataclass(frozen=True)
class EncodeTask:
    """Encodes some source notes of a workspace; gives the id of each."""

    workspace: Workspace
    places: Places
    manner: Manner
    hop: int
    source_ids: tuple[str, ...]

    def run(self) -> Iterator[str]:
        """Loads the model once. Raises ModelError, RenderError, StorageError."""
        import torch

        from audio_pipeline.nsynth import network
        from audio_pipeline.nsynth.model_file import load_model

        model = load_model(self.places.model(self.manner.model_id))
        for source_id in self.source_ids:
            sound = self._sound(source_id)
            with torch.inference_mode():
                latents = network.encode(model, torch.from_numpy(sound)[None])[0].numpy()
            encoding = Encoding(latents, level_db(sound))
            if not encoding.is_usable:
                raise RenderError(f"the model's encoding of source note {source_id} is not finite")
            keep_encoding(self.places, source_id, self.manner, encoding)
            yield source_id

    def _sound(self, source_id: str) -> NDArray[np.float32]:
        """The source, as long as all others: what follows it is silence."""
        samples = np.zeros(self.manner.source_frames * self.hop, np.float32)
        source = self.workspace.source(source_id)[: len(samples)]
        samples[: len(source)] = np.clip(source, -1, LOUDEST)
        return samples


def keep_encoding(places: Places, source_id: str, manner: Manner, encoding: Encoding) -> None:
    """Store an encoding. Raises StorageError."""

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("level.json", json.dumps(encoding.level_db))
            with archive.open("latents.npy", "w") as member:
                np.lib.format.write_array(member, encoding.latents, allow_pickle=False)

    put(places.encoding(source_id, manner), write)


def read_encoding(places: Places, source_id: str, manner: Manner) -> Encoding | None:
    """A stored encoding, or None: missing or damaged."""
    try:
        with zipfile.ZipFile(places.encoding(source_id, manner)) as archive:
            with archive.open("latents.npy") as member:
                latents = np.lib.format.read_array(member, allow_pickle=False)
            return Encoding(latents, float(json.loads(archive.read("level.json"))))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def level_db(samples: NDArray[np.float32]) -> float:
    """Level of the loudest 50 ms, without DC, in dB of full scale; -200 for silence."""
    window = round(LEVEL_WINDOW_S * RATE_HZ)
    blocks = samples[: len(samples) // window * window].reshape(-1, window)
    blocks = blocks if len(blocks) else samples[None]
    return float(10 * np.log10(max(1e-20, blocks.var(axis=1, dtype=np.float64).max())))


class Mixer:
    """Mixes the latents of a job's source notes, each read once."""

    def __init__(self, places: Places, manner: Manner) -> None:
        self._places, self._manner = places, manner
        self._encodings: dict[str, Encoding] = {}

    def latents(self, note: NoteRecipe) -> Latents:
        """The weighted mean [frames, channels]."""
        frames = self._manner.frames
        total = sum(
            weight * self._encoding(source).latents[:frames].astype(np.float64)
            for source, weight in note.sources
        )
        return np.asarray(total, np.float32)

    def level_db(self, note: NoteRecipe) -> float:
        """The level that a mix of the sources themselves would about have."""
        power = sum(weight * 10 ** (self._encoding(source).level_db / 10)
                    for source, weight in note.sources)  # fmt: skip
        return float(10 * np.log10(power))

    def _encoding(self, source_id: str) -> Encoding:
        if source_id not in self._encodings:
            encoding = read_encoding(self._places, source_id, self._manner)
            if encoding is None or not encoding.is_usable:
                path = self._places.encoding(source_id, self._manner)
                raise RenderError(f"{path} is missing or damaged; run the same build again")
            self._encodings[source_id] = encoding
        return self._encodings[source_id]
