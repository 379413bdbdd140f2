"""The loops of one pad at one pitch against what is natural for its corners."""

from __future__ import annotations

from collections.abc import Mapping

from audio_pipeline.quality.layout import Place, place_weights
from audio_pipeline.quality.nature import Natural, before_crossfade, liveliest, natural_of
from audio_pipeline.quality.pad_notes import PadNote, PadNotes
from audio_pipeline.quality.seams import seam_metrics
from audio_pipeline.quality.source_notes import SourceNotes
from audio_pipeline.quality.values import Measured
from device.pack import CORNERS, Corner


def naturals(notes: PadNotes, sources: SourceNotes | None) -> dict[Corner, Natural]:
    """How each corner sounds by nature: its source if there is one, else its own unlooped part.

    Corners that are not audible for long enough to tell are left out, and all are at a pitch
    without a loop.
    """
    found: dict[Corner, Natural] = {}
    loop = notes.manifest.loops.get(notes.pitch)
    if loop is None:
        return found
    for corner in CORNERS:
        note = notes.corner(corner)
        source = sources.get(notes.instrument(corner).name, notes.pitch) if sources else None
        is_natural = source is not None or note.loop is None
        natural = natural_of(
            note.played if source is None else source,
            loop,
            note.rate_hz,
            notes.pitch,
            untouched_frames=loop.end_frame if is_natural else before_crossfade(loop, note.rate_hz),
        )
        if natural is not None:
            found[corner] = natural
    return found


def active_at(notes: PadNotes, place: Place) -> list[Corner]:
    """The corners that sound in a cell."""
    manifest = notes.manifest
    weights = place_weights(place, manifest.columns, manifest.rows, manifest.weight_law)
    return [corner for corner, weight in zip(CORNERS, weights, strict=True) if weight > 1e-9]


def own_nature(note: PadNote) -> list[Natural]:
    """What a looped note is like before its crossfade; [] if too little is audible."""
    if note.loop is None:
        return []
    untouched_frames = before_crossfade(note.loop, note.rate_hz)
    natural = natural_of(
        note.played, note.loop, note.rate_hz, note.info.pitch, untouched_frames=untouched_frames
    )
    return [] if natural is None else [natural]


def place_seams(
    notes: PadNotes, place: Place, allowed: Mapping[Corner, Natural]
) -> dict[str, Measured]:
    """Seam metrics of a looped cell against the liveliest of its corners; {} where none loops.

    A cell between corners may also be as lively as it is itself where no crossfade touched it.
    """
    note, active = notes.at(place), active_at(notes, place)
    known = [allowed[corner] for corner in active if corner in allowed]
    if note.loop is None or not known:
        return {}
    if len(active) > 1:
        known += own_nature(note)
    return seam_metrics(
        note.played,
        note.loop,
        note.rate_hz,
        notes.pitch,
        liveliest(known),
        is_corner=len(active) == 1,
    )
