"""Builds a sound pack from a folder of source notes, going on where an earlier run stopped."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from audio_pipeline.assemble import SourceIds, cell_bytes, cell_recipe, make_manifest
from audio_pipeline.config import BuildSettings
from audio_pipeline.errors import Problem, SourceError
from audio_pipeline.grid import CellWeights
from audio_pipeline.loop_window import LoopWindow, loop_points, shared_window
from audio_pipeline.plan import Plan, make_plan
from audio_pipeline.pool import WorkerPool
from audio_pipeline.progress import Progress
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.sources.prepare import PreparedNote
from audio_pipeline.target import Target, beside, open_target
from audio_pipeline.tasks import PrepareTask, RenderTask, note_key
from audio_pipeline.workspace import Workspace
from device.pack.model import Loop, Manifest
from device.pack.writer import write_cell

MOST_WARNINGS = 8
TASKS_PER_JOB = 2
LEAST_CELLS_PER_TASK = 8  # fewer would analyse the same sounds again and again


@dataclass(frozen=True)
class BuildResult:
    """What a build has made."""

    path: Path
    manifest: Manifest
    notes: int
    rendered: int  # notes that were not there from an earlier run


def build(
    sources: Path,
    target: Path,
    settings: BuildSettings,
    renderer: Renderer,
    *,
    preview: bool = False,
    jobs: int | None = None,
    workspace: Path | None = None,
    keep_workspace: bool = False,
    out: TextIO | None = None,
) -> BuildResult:
    """Render the pack of the source notes in the folder `sources` and write it to `target`.

    `workspace` (default: a hidden folder beside the target, removed afterwards) keeps finished
    notes; one that is given explicitly is always kept. Raises RenderError and PackError leaves.
    """
    plan = make_plan(sources, settings, preview)
    kept = keep_workspace or workspace is not None
    with open_target(target) as opened:
        place = Workspace(workspace or beside(target, "work"))
        place.sweep()
        with WorkerPool(jobs or default_jobs()) as pool:
            result = _Build(plan, renderer, place, pool, out or sys.stdout).run(opened)
    if not kept:
        place.remove()
    return result


def default_jobs() -> int:
    """As many processes as this process may use processors."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Build:
    """The stages of one build in their order."""

    plan: Plan
    renderer: Renderer
    workspace: Workspace
    pool: WorkerPool
    out: TextIO
    sources: SourceIds = field(default_factory=dict)
    loops: Mapping[int, Loop] = field(default_factory=dict)

    def run(self, target: Target) -> BuildResult:
        self._say(self.plan.words())
        self._warn(self.plan.warnings)
        self._prepare()
        keys = {cell: self._keys(cell) for cell in self.plan.grid.unique}
        missing = self._missing(keys)
        notes = len(keys) * len(self.plan.pitches)
        rendered = sum(map(len, missing.values()))
        if rendered < notes:
            self._say(f"{notes - rendered} of {notes} notes are there from an earlier run")
        self._render(missing)
        manifest = self._assemble(keys, target)
        target.commit(manifest)
        return BuildResult(target.path, manifest, notes, rendered)

    def _prepare(self) -> None:
        """Source notes into the workspace, and the loop points that fit all of them."""
        tasks = [
            PrepareTask(file, self.plan.settings.notes, self.workspace)
            for files in self.plan.files.values()
            for file in files.values()
        ]
        results: list[PreparedNote | Problem] = []
        with self._progress(len(tasks), "source notes") as progress:
            for result in self.pool.run(tasks):
                results.append(result)
                progress.step()
        problems = [result for result in results if isinstance(result, Problem)]
        if problems:
            raise SourceError(sorted(problems, key=str))
        notes = [result for result in results if isinstance(result, PreparedNote)]
        notes.sort(key=lambda note: (note.sound, note.pitch))
        self._warn([warning for note in notes for warning in note.warnings])
        ids: dict[int, dict[str, str]] = {pitch: {} for pitch in self.plan.pitches}
        for note in notes:
            ids[note.pitch][note.sound] = note.source_id
        self.sources = ids
        self.loops = self._loop_points(notes)

    def _loop_points(self, notes: Sequence[PreparedNote]) -> dict[int, Loop]:
        settings = self.plan.settings
        if not settings.loop.enabled:
            return {}
        wanted = LoopWindow(settings.loop.start_s, settings.loop.end_s)
        bodies = [(f"{note.sound} {note.pitch}", note.steady) for note in notes]
        window, too_short = shared_window(wanted, bodies)
        if window != wanted:
            self._say(
                f"loops lie between {window.start_s:.2f} s and {window.end_s:.2f} s, "
                "as far as the shortest held note sounds"
            )
        self._warn([f"{label} is too short to be held: it plays once" for label in too_short])
        rate_hz = settings.notes.rate_hz
        return {pitch: loop_points(pitch, rate_hz, window) for pitch in self.plan.pitches}

    def _keys(self, cell: CellWeights) -> dict[int, str]:
        rate_hz = self.plan.settings.notes.rate_hz
        return {
            pitch: note_key(
                self.renderer, rate_hz, pitch, self.sources[pitch], cell, self.loops.get(pitch)
            )
            for pitch in self.plan.pitches
        }

    def _missing(
        self, keys: Mapping[CellWeights, Mapping[int, str]]
    ) -> dict[int, dict[str, CellWeights]]:
        """Each note that is not in the workspace, whole: pitch -> key -> weights."""
        missing: dict[int, dict[str, CellWeights]] = defaultdict(dict)
        for cell, by_pitch in keys.items():
            for pitch, key in by_pitch.items():
                if not self.workspace.has_note(key):
                    missing[pitch][key] = cell
        return dict(sorted(missing.items()))

    def _render(self, missing: Mapping[int, Mapping[str, CellWeights]]) -> None:
        parts = -(-TASKS_PER_JOB * self.pool.jobs // max(1, len(missing)))
        tasks = [
            self._render_task(pitch, part)
            for pitch, cells in missing.items()
            for part in _parts(cells, parts)
        ]
        with self._progress(sum(map(len, missing.values())), "notes") as progress:
            for _ in self.pool.run(tasks):
                progress.step()

    def _render_task(self, pitch: int, cells: Mapping[str, CellWeights]) -> RenderTask:
        active = {sound for weights in cells.values() for sound, _ in weights}
        return RenderTask(
            self.renderer,
            self.workspace,
            self.plan.settings.notes.rate_hz,
            pitch,
            {sound: self.sources[pitch][sound] for sound in self.plan.sounds if sound in active},
            self.loops.get(pitch),
            cells,
        )

    def _assemble(self, keys: Mapping[CellWeights, Mapping[int, str]], target: Target) -> Manifest:
        """All cells into the target; gives the manifest that names them."""
        rate_hz = self.plan.settings.notes.rate_hz
        names: dict[CellWeights, str] = {}
        any_loop = False
        for cell, by_pitch in keys.items():
            recipe = cell_recipe(cell, self.sources)
            data, loops_used = cell_bytes(
                self.workspace,
                list(by_pitch.values()),
                recipe,
                self.renderer,
                rate_hz,
                self.loops,
            )
            names[cell] = write_cell(target.cell_folder, data)
            any_loop = any_loop or loops_used
        loops = self.loops if any_loop else {}
        return make_manifest(self.plan, target.path.stem, self.renderer, loops, names)

    def _say(self, words: str) -> None:
        print(words, file=self.out, flush=True)

    def _warn(self, warnings: Sequence[str]) -> None:
        for warning in warnings[:MOST_WARNINGS]:
            self._say(f"warning: {warning}")
        if len(warnings) > MOST_WARNINGS:
            self._say(f"warning: … and {len(warnings) - MOST_WARNINGS} more like these")

    @contextmanager
    def _progress(self, total: int, unit: str) -> Iterator[Progress]:
        progress = Progress(total, unit, self.out)
        yield progress
        if total:
            progress.finish()


def _parts(cells: Mapping[str, CellWeights], parts: int) -> Iterator[dict[str, CellWeights]]:
    """The cells in at most `parts` pieces of like size."""
    items = list(cells.items())
    size = max(LEAST_CELLS_PER_TASK, -(-len(items) // parts))
    for begin in range(0, len(items), size):
        yield dict(items[begin : begin + size])
