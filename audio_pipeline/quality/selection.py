"""Chooses which pads and pitches of a large pack are measured."""

from __future__ import annotations

from audio_pipeline.errors import SettingsError
from audio_pipeline.pitches import parse_pitches, spread, write_pitches
from audio_pipeline.quality.survey import Selection
from device.pack import Manifest

USUAL_PITCHES = 5
USUAL_COMBINATIONS = 4


def choose(manifest: Manifest, pitches: str | None, combinations: str | None) -> Selection:
    """The part of a pack to measure; None = a few of each, "all" = all.

    `pitches` as '24:84:12' or '24,48', `combinations` a number. Raises SettingsError.
    """
    return Selection(_combinations(manifest, combinations), _pitches(manifest, pitches))


def selection_words(selection: Selection, manifest: Manifest) -> str:
    """What was measured, honestly."""
    pads, all_pads = len(selection.combinations), len(manifest.combinations)
    notes, all_notes = len(selection.pitches), len(manifest.pitches)
    return (
        f"{pads} of {all_pads} combinations, {notes} of {all_notes} pitches "
        f"({write_pitches(selection.pitches)})"
    )


def _pitches(manifest: Manifest, wanted: str | None) -> tuple[int, ...]:
    if wanted is None:
        return spread(manifest.pitches, USUAL_PITCHES)
    if wanted == "all":
        return manifest.pitches
    chosen = parse_pitches(wanted)
    missing = sorted(set(chosen) - set(manifest.pitches))
    if missing:
        has = write_pitches(manifest.pitches)
        raise SettingsError(f"the pack has no pitch {write_pitches(missing)}, only {has}")
    return tuple(chosen)


def _combinations(manifest: Manifest, wanted: str | None) -> tuple[int, ...]:
    count = len(manifest.combinations)
    if wanted == "all":
        return tuple(range(count))
    number = USUAL_COMBINATIONS if wanted is None else _whole(wanted)
    return (count // 2,) if number == 1 else spread(range(count), number)


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"--combinations {text!r} is neither a number from 1 nor 'all'")
    return int(text)
