"""Lists of MIDI pitches as people write them: `24:84:4` or `36,48,60`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from audio_pipeline.errors import SettingsError

LOWEST, HIGHEST = 0, 127


def parse_pitches(text: str) -> tuple[int, ...]:
    """Ascending pitches of `first:last:step` (both ends included), `first:last` or a comma list."""
    try:
        if ":" in text:
            first, last, step = _three(text)
            pitches: Iterable[int] = range(first, last + 1, step)
        else:
            pitches = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise SettingsError(
            f"pitches {text!r}: write first:last:step such as 24:84:4, or a list such as 36,48,60"
        ) from error
    return check_pitches(pitches)


def check_pitches(pitches: Iterable[int]) -> tuple[int, ...]:
    """The pitches in ascending order; SettingsError if none, twice the same, or out of 0..127."""
    found = sorted(pitches)
    if not found:
        raise SettingsError("pitches: the list is empty")
    for pitch in found:
        if not LOWEST <= pitch <= HIGHEST:
            raise SettingsError(f"pitches: {pitch} is not a MIDI note number {LOWEST}..{HIGHEST}")
    if len(set(found)) != len(found):
        raise SettingsError(f"pitches: some are given twice in {write_pitches(found)}")
    return tuple(found)


def write_pitches(pitches: Sequence[int]) -> str:
    """The shortest text that parse_pitches reads as `pitches` (ascending)."""
    steps = {b - a for a, b in pairwise(pitches)}
    if len(pitches) > 2 and len(steps) == 1 and min(steps) > 0:
        return f"{pitches[0]}:{pitches[-1]}:{steps.pop()}"
    return ",".join(map(str, pitches))


def spread(pitches: Sequence[int], count: int) -> tuple[int, ...]:
    """`count` of the pitches, evenly over the list with both ends; all of them if fewer."""
    if len(pitches) <= count:
        return tuple(pitches)
    return tuple(pitches[round(i * (len(pitches) - 1) / (count - 1))] for i in range(count))


def _three(text: str) -> tuple[int, int, int]:
    parts = [int(part) for part in text.split(":")]
    first, last, step = parts if len(parts) == 3 else (*parts, 1)
    if step < 1 or last < first:
        raise ValueError(text)
    return first, last, step
