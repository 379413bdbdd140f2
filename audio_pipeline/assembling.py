"""The last stage of a build: finished notes to cells, and the manifest that makes them a pack."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace

from audio_pipeline.context import Context
from audio_pipeline.errors import RenderError
from audio_pipeline.grid import CellWeights
from audio_pipeline.preparing import Material
from audio_pipeline.rendering import Keys
from audio_pipeline.sources.names import shown_instruments
from audio_pipeline.target import Target
from audio_pipeline.workspace import Workspace
from device.pack.cell import EncodedNote, encode_cell
from device.pack.manifest import manifest_to_json
from device.pack.model import Combination, Loop, Manifest, PlayMode, Recipe
from device.pack.writer import write_cell

_NO_ID = str(uuid.UUID(int=0))
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "latentpad:pack")


def assemble(context: Context, material: Material, keys: Keys, target: Target) -> Manifest:
    """Write all cells into the target; gives the manifest that names them.

    The loop table is left empty when not one note loops. Raises PackError leaves.
    """
    renderer = context.renderer
    names: dict[CellWeights, str] = {}
    loops: Mapping[int, Loop] = {}
    for cell, by_pitch in keys.items():
        notes = [_finished(context.workspace, key) for key in by_pitch.values()]
        if any(note.info.mode is PlayMode.LOOP for note in notes):
            loops = material.loops
        recipe = cell_recipe(cell, material)
        data = encode_cell(
            context.rate_hz, recipe, renderer.name, renderer.version, notes, material.loops
        )
        names[cell] = write_cell(target.cell_folder, data)
    return make_manifest(context, target.path.stem, loops, names)


def _finished(workspace: Workspace, key: str) -> EncodedNote:
    note = workspace.note(key)
    if note is None:
        raise RenderError(
            f"a finished note in {workspace.folder} was changed or removed during the build; "
            "run the same command again"
        )
    return note


def cell_recipe(weights: CellWeights, material: Material) -> Recipe:
    """What a cell is made of; a sound's id is the hash of its notes' ids."""
    total: dict[str, float] = {}
    for sound, weight in weights:
        ids = [[pitch, by_sound[sound]] for pitch, by_sound in sorted(material.sources.items())]
        digest = hashlib.blake2b(json.dumps(ids).encode(), digest_size=16).hexdigest()
        total[digest] = min(1.0, total.get(digest, 0.0) + weight)
    return Recipe(tuple(sorted(total.items())))


def make_manifest(
    context: Context, pack_name: str, loops: Mapping[int, Loop], cells: Mapping[CellWeights, str]
) -> Manifest:
    """The manifest of a whole pack; its id is the hash of all the rest, so re-runs are equal."""
    plan, settings = context.plan, context.plan.settings
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
        sample_rate_hz=context.rate_hz,
        pitches=plan.pitches,
        columns=settings.grid.size,
        rows=settings.grid.size,
        weight_law=settings.grid.weights,
        renderer_name=context.renderer.name,
        renderer_version=context.renderer.version,
        corners=tuple(tuple(shown[name] for name in names) for names in plan.corners),
        combinations=combinations,
        loops=dict(loops),
        loudness_lufs=settings.notes.loudness_lufs,
        peak_dbfs=settings.notes.peak_dbfs,
    )
    content = json.dumps(manifest_to_json(manifest), sort_keys=True)
    return replace(manifest, pack_id=str(uuid.uuid5(_NAMESPACE, content)))
