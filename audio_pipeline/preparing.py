"""The first stage of a build: source notes into the workspace, and the loop points for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audio_pipeline.context import Context
from audio_pipeline.errors import Problem, SourceError
from audio_pipeline.loop_window import LoopWindow, loop_points, shared_window
from audio_pipeline.sources.prepare import PreparedNote
from audio_pipeline.tasks import PrepareTask
from device.pack.model import Loop


@dataclass(frozen=True)
class Material:
    """What the cells are made from."""

    sources: Mapping[int, Mapping[str, str]]  # pitch -> sound -> id of the prepared note
    loops: Mapping[int, Loop]  # pitch -> loop points; empty for a pack of one-shots


def prepare(context: Context) -> Material:
    """Prepare all source notes. Raises SourceError naming all files that cannot be used."""
    plan = context.plan
    notes = _prepared_notes(context)
    context.warn([warning for note in notes for warning in note.warnings])
    sources: dict[int, dict[str, str]] = {pitch: {} for pitch in plan.pitches}
    for note in notes:
        sources[note.pitch][note.sound] = note.source_id
    loops = _loop_points(context, notes) if plan.settings.loop.enabled else {}
    return Material(sources, loops)


def _prepared_notes(context: Context) -> list[PreparedNote]:
    """The records of all notes, sorted by sound and pitch."""
    plan = context.plan
    tasks = [
        PrepareTask(file, plan.settings.notes, context.workspace)
        for files in plan.files.values()
        for file in files.values()
    ]
    notes: list[PreparedNote] = []
    problems: list[Problem] = []
    with context.progress(len(tasks), "source notes") as progress:
        for result in context.pool.run(tasks):
            (problems if isinstance(result, Problem) else notes).append(result)
            progress.step()
    if problems:
        raise SourceError(sorted(problems, key=str))
    return sorted(notes, key=lambda note: (note.sound, note.pitch))


def _loop_points(context: Context, notes: Sequence[PreparedNote]) -> dict[int, Loop]:
    settings = context.plan.settings.loop
    wanted = LoopWindow(settings.start_s, settings.end_s)
    bodies = [(f"{note.sound} {note.pitch}", note.steady) for note in notes]
    window, too_short = shared_window(wanted, bodies)
    if window != wanted:
        context.say(
            f"loops lie between {window.start_s:.2f} s and {window.end_s:.2f} s, "
            "as far as the shortest held note sounds"
        )
    context.warn([f"{label} is too short to be held: it plays once" for label in too_short])
    return {pitch: loop_points(pitch, context.rate_hz, window) for pitch in context.plan.pitches}
