"""The second stage of a build: every note that is not in the workspace yet is rendered into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from audio_pipeline.context import Context
from audio_pipeline.grid import CellWeights
from audio_pipeline.preparing import Material
from audio_pipeline.tasks import RenderTask, note_key

TASKS_PER_JOB = 2
LEAST_CELLS_PER_TASK = 8  # fewer would analyse the same sounds again and again

Keys = Mapping[CellWeights, Mapping[int, str]]
"""cell -> pitch -> key of the note in the workspace"""

Missing = Mapping[int, Mapping[str, CellWeights]]
"""pitch -> key -> cell"""


def note_keys(context: Context, material: Material) -> Keys:
    """The key of every note of every different cell."""
    return {
        cell: {
            pitch: note_key(
                context.renderer,
                context.rate_hz,
                pitch,
                material.sources[pitch],
                cell,
                material.loops.get(pitch),
            )
            for pitch in context.plan.pitches
        }
        for cell in context.plan.grid.unique
    }


def missing_notes(context: Context, keys: Keys) -> Missing:
    """The notes that are not in the workspace, whole."""
    missing: dict[int, dict[str, CellWeights]] = defaultdict(dict)
    for cell, by_pitch in keys.items():
        for pitch, key in by_pitch.items():
            if not context.workspace.has_note(key):
                missing[pitch][key] = cell
    return dict(sorted(missing.items()))


def render(context: Context, material: Material, missing: Missing) -> int:
    """Render the missing notes into the workspace; how many there were."""
    parts = -(-TASKS_PER_JOB * context.pool.jobs // max(1, len(missing)))
    tasks = [
        _task(context, material, pitch, part)
        for pitch, cells in missing.items()
        for part in _parts(cells, parts)
    ]
    count = sum(map(len, missing.values()))
    with context.progress(count, "notes") as progress:
        for _ in context.pool.run(tasks):
            progress.step()
    return count


def _task(
    context: Context, material: Material, pitch: int, cells: Mapping[str, CellWeights]
) -> RenderTask:
    active = {sound for weights in cells.values() for sound, _ in weights}
    sources = material.sources[pitch]
    return RenderTask(
        context.renderer,
        context.workspace,
        context.rate_hz,
        pitch,
        {sound: sources[sound] for sound in context.plan.sounds if sound in active},
        material.loops.get(pitch),
        cells,
    )


def _parts(cells: Mapping[str, CellWeights], parts: int) -> Iterator[dict[str, CellWeights]]:
    """The cells in at most `parts` pieces of like size."""
    items = list(cells.items())
    size = max(LEAST_CELLS_PER_TASK, -(-len(items) // parts))
    for begin in range(0, len(items), size):
        yield dict(items[begin : begin + size])
