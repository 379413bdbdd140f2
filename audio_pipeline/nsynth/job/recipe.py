"""What one generated note depends on, and the key and the seed that follow from it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

GENERATION_VERSION = 1
"""Part of every key: raise it when the same recipe gives other sounds."""

SALTS = (0, 0, 1, 2)
"""By attempt: the second repeats the first, in case the machine erred; later ones draw anew."""


@dataclass(frozen=True)
class Manner:
    """How all notes of one job are generated."""

    model_id: str  # hash of the model's file
    seed: int  # 0..2**63 - 1
    temperature: float
    frames: int  # of latents that are generated
    source_frames: int  # of latents that every source is encoded to


@dataclass(frozen=True)
class NoteRecipe:
    """A place between source notes of one pitch."""

    pitch: int  # MIDI note
    sources: tuple[tuple[str, float], ...]  # (source id, weight), sorted; weights add up to 1


def make_recipe(pitch: int, sources: Mapping[str, str], weights: Mapping[str, float]) -> NoteRecipe:
    """The recipe of a cell's note; `sources` has the id of each sound's note at this pitch."""
    total: dict[str, float] = defaultdict(float)
    for sound, weight in sorted(weights.items()):
        if weight > 0:
            total[sources[sound]] += weight
    return NoteRecipe(pitch, tuple(sorted(total.items())))


def recipe_key(recipe: NoteRecipe, manner: Manner) -> str:
    """Hash of all that the note's samples depend on; 40 hex digits."""
    lengths = [manner.frames, manner.source_frames]
    return _hashed([*_identity(recipe, manner), lengths]).hexdigest()


def recipe_seed(recipe: NoteRecipe, manner: Manner, attempt: int = 0) -> int:
    """The note's own 64-bit seed. A longer note begins as a shorter one: lengths do not count."""
    digest = _hashed([*_identity(recipe, manner), SALTS[attempt]]).digest()
    return int.from_bytes(digest[:8], "little")


def _identity(recipe: NoteRecipe, manner: Manner) -> list[object]:
    return [
        GENERATION_VERSION, manner.model_id, manner.seed, manner.temperature,
        recipe.pitch, recipe.sources,
    ]  # fmt: skip


def _hashed(values: list[object]) -> hashlib.blake2b:
    text = json.dumps(values, allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=20)
