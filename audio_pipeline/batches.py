"""Renderers that make the sounds of many notes together, before each note is finished."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, runtime_checkable

from audio_pipeline.context import Context
from audio_pipeline.preparing import Material
from audio_pipeline.renderers.base import Renderer
from audio_pipeline.rendering import Missing


@runtime_checkable
class BatchRenderer(Renderer, Protocol):
    """A renderer with a stage before the notes: batches across cells and pitches."""

    def generate(self, context: Context, material: Material, missing: Missing) -> Renderer:
        """Make the sounds of the missing notes in the workspace, going on where it was stopped.

        Gives the renderer that finishes them, note by note and in other processes.
        """


def with_batches(context: Context, material: Material, missing: Missing) -> Context:
    """The context after a batch renderer's own stage; for others as it is."""
    if not isinstance(context.renderer, BatchRenderer):
        return context
    return replace(context, renderer=context.renderer.generate(context, material, missing))
