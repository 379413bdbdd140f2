"""Decides which sounds play from which corner, and draws the choice as a small pad."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from audio_pipeline.errors import Problem, SettingsError, SourceError
from device.pack.corners import CORNERS, Corner

Corners = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Names of the sounds of each corner, in the order of CORNERS."""

_WIDEST_NAME = 24


def choose_corners(
    sounds: Collection[str], wanted: Mapping[Corner, tuple[str, ...]] | None
) -> Corners:
    """The wanted corners, or the sounds dealt out by name: top left, top right, bottom left, ...

    Dealing in that order is what dlwa.py, the script of Open NSynth Super's later users, does
    with its corners NW, NE, SW, SE. Raises SourceError for wanted sounds that are not there, and
    SettingsError for fewer than four.
    """
    if wanted is None:
        return _dealt(sorted(sounds))
    listed = [wanted[corner] for corner in CORNERS]
    missing = {name for names in listed for name in names} - set(sounds)
    if missing:
        raise SourceError([Problem(name, _absent(name, sounds)) for name in sorted(missing)])
    return listed[0], listed[1], listed[2], listed[3]


def _dealt(sounds: Sequence[str]) -> Corners:
    if len(sounds) < len(CORNERS):
        raise SettingsError(
            f"a pad needs four sounds, one per corner; here are {len(sounds)} "
            f"({', '.join(sounds)}). To use one twice, write a settings file with [corners]"
        )
    hands = [tuple(sounds[corner :: len(CORNERS)]) for corner in range(len(CORNERS))]
    return hands[0], hands[1], hands[2], hands[3]


def _absent(name: str, sounds: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(sounds), n=2)
    hint = (
        f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(sounds))}"
    )
    return f"the settings ask for this sound, but it has no notes here; {hint}"


def draw_pad(corners: Corners) -> str:
    """The pad as text, each corner with its sounds.

    flute   choir
      ┌────────┐
      │        │
      └────────┘
    guitar  piano
    """
    width = max(_columns(_clipped(name)) for name in (*corners[0], *corners[2]))
    top = _side_by_side(corners[0], corners[1], width)
    bottom = _side_by_side(corners[2], corners[3], width)
    inner = 10
    frame = " " * (width + 1)
    return "\n".join(
        [
            *top,
            f"{frame}┌{'─' * inner}┐",
            *[f"{frame}│{' ' * inner}│"] * 3,
            f"{frame}└{'─' * inner}┘",
            *bottom,
        ]
    )


def _side_by_side(left: Sequence[str], right: Sequence[str], width: int) -> list[str]:
    """Names right-aligned before the frame and left-aligned behind it."""
    lines = []
    for row in range(max(len(left), len(right))):
        a = _clipped(left[row]) if row < len(left) else ""
        b = _clipped(right[row]) if row < len(right) else ""
        lines.append(f"{' ' * (width - _columns(a))}{a}{' ' * 14}{b}".rstrip())
    return lines


def _clipped(name: str) -> str:
    return name if len(name) <= _WIDEST_NAME else name[: _WIDEST_NAME - 1] + "…"


def _columns(text: str) -> int:
    """Columns of a terminal that a text takes: East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
