"""Puts finished notes together: cells, and the manifest that makes them a pack."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from audio_pipeline.errors import RenderError
from audio_pipeline.grid import CellWeights
from audio_pipeline.plan import Plan
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.sources.names import shown_instruments
from audio_pipeline.workspace import Workspace
from device.pack.cell import EncodedNote, encode_cell
from device.pack.manifest import manifest_to_json
from device.pack.model import Combination, Loop, Manifest, PlayMode, Recipe

SourceIds = Mapping[int, Mapping[str, str]]
"""pitch -> sound -> id of the prepared note"""

_NO_ID = str(uuid.UUID(int=0))
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "latentpad:pack")


def cell_bytes(
    workspace: Workspace,
    keys: Sequence[str],
    recipe: Recipe,
    renderer: Renderer,
    rate_hz: int,
    loops: Mapping[int, Loop],
) -> tuple[bytes, bool]:
    """A cell file from its notes in the workspace, and whether any of them loops."""
    notes: list[EncodedNote] = []
    for key in keys:
        note = workspace.note(key)
        if note is None:
            raise RenderError(
                f"a finished note in {workspace.folder} was changed or removed during the build; "
                "run the same command again"
            )
        notes.append(note)
    loops_used = any(note.info.mode is PlayMode.LOOP for note in notes)
    data = encode_cell(rate_hz, recipe, renderer.name, renderer.version, notes, loops)
    return data, loops_used


def cell_recipe(weights: CellWeights, sources: SourceIds) -> Recipe:
    """What a cell is made of; a sound's id is the hash of its notes' ids."""
    total: dict[str, float] = {}
    for sound, weight in weights:
        ids = [[pitch, by_sound[sound]] for pitch, by_sound in sorted(sources.items())]
        digest = hashlib.blake2b(json.dumps(ids).encode(), digest_size=16).hexdigest()
        total[digest] = min(1.0, total.get(digest, 0.0) + weight)
    return Recipe(tuple(sorted(total.items())))


def make_manifest(
    plan: Plan,
    pack_name: str,
    renderer: Renderer,
    loops: Mapping[int, Loop],
    cells: Mapping[CellWeights, str],
) -> Manifest:
    """The manifest of a whole pack; its id is the hash of all the rest, so re-runs are equal."""
    settings = plan.settings
    shown = shown_instruments(plan.sounds, settings.instruments)
    combinations = tuple(
        Combination(choice, tuple(tuple(cells[cell] for cell in row) for row in rows))
        for choice, rows in plan.grid.choices.items()
    )
    manifest = Manifest(
        pack_id=_NO_ID,
        name=settings.pack.name or pack_name,
        author=settings.pack.author,
        licence=settings.pack.licence,
        credits=plan.credits,
        sample_rate_hz=settings.notes.rate_hz,
        pitches=plan.pitches,
        columns=settings.grid.size,
        rows=settings.grid.size,
        weight_law=settings.grid.weights,
        renderer_name=renderer.name,
        renderer_version=renderer.version,
        corners=tuple(tuple(shown[name] for name in names) for names in plan.corners),
        combinations=combinations,
        loops=dict(loops),
        loudness_lufs=settings.notes.loudness_lufs,
        peak_dbfs=settings.notes.peak_dbfs,
    )
    content = json.dumps(manifest_to_json(manifest), sort_keys=True)
    return replace(manifest, pack_id=str(uuid.uuid5(_NAMESPACE, content)))
