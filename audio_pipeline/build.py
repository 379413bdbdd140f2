"""Builds a sound pack from a folder of source notes, going on where an earlier run stopped."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from audio_pipeline.assembling import assemble
from audio_pipeline.batches import with_batches
from audio_pipeline.config import BuildSettings
from audio_pipeline.context import Context
from audio_pipeline.plan import make_plan
from audio_pipeline.pool import WorkerPool
from audio_pipeline.preparing import prepare
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.rendering import missing_notes, note_keys, render
from audio_pipeline.status import Status
from audio_pipeline.target import Target, beside, open_target
from audio_pipeline.workspace import Workspace
from device.pack.model import Manifest


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
    place = Workspace(workspace or beside(target, "work"))
    with open_target(target) as opened, WorkerPool(jobs or default_jobs()) as pool:
        place.sweep()
        with Status(place.folder) as status:
            context = Context(plan, renderer, place, pool, out or sys.stdout, status)
            result = _run(context, opened)
        if workspace is None and not keep_workspace:
            place.remove()
    return result


def default_jobs() -> int:
    """As many processes as this process may use processors."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run(context: Context, target: Target) -> BuildResult:
    """The stages in their order."""
    context.say(context.plan.words())
    context.warn(context.plan.warnings)
    material = prepare(context)
    keys = note_keys(context, material)
    missing = missing_notes(context, keys)
    notes = len(keys) * len(context.plan.pitches)
    there = notes - sum(map(len, missing.values()))
    if there:
        context.say(f"{there} of {notes} notes are there from an earlier run")
    context = with_batches(context, material, missing)
    rendered = render(context, material, missing)
    manifest = assemble(context, material, keys, target)
    target.commit(manifest)
    return BuildResult(target.path, manifest, notes, rendered)
