"""The model of a job: known by the hash of its file, and copied into the workspace for all."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from audio_pipeline.errors import ModelError
from audio_pipeline.nsynth.job.files import put
from audio_pipeline.nsynth.job.job_file import Places

if TYPE_CHECKING:
    from audio_pipeline.nsynth.model import Model


def model_id(path: Path) -> str:
    """Hash of a model's file. Raises ModelError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise ModelError(path, f"cannot be read: {error.strerror or error}") from error


def copy_model(path: Path, identity: str, places: Places) -> None:
    """Put the model where every worker finds it. Raises ModelError, StorageError."""
    target = places.model(identity)
    if target.is_file() and model_id(target) == identity:
        return
    with path.open("rb") as source:
        put(target, lambda file: shutil.copyfileobj(source, file))


def load_copy(places: Places, identity: str) -> Model:
    """The copy, whole. Raises ModelError."""
    from audio_pipeline.nsynth.model_file import load_model

    path = places.model(identity)
    if model_id(path) != identity:
        raise ModelError(path, "is damaged; run the same build again")
    return load_model(path)
