"""Loop points that all cells of a pack share at one pitch: a whole number of periods.

They depend only on the pitch, the rate and the pack's loop window in seconds, never on a sound,
so that a re-run with other sounds finds its notes again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from audio_pipeline.sources.steady import Steady
from audio_pipeline.tuning import frequency_hz
from device.pack.model import Loop

MARGIN_S = 0.06
"""How far the steady part of a sustained note must go on behind the loop."""

SHORTEST_LOOP_S = 0.5
"""A shorter loop repeats audibly; sustained notes that are too short for one play once."""

FINE_CENTS = 0.005
"""A loop so close to whole periods is as good as exact: longer ones are then preferred."""

SEARCHED_PART = 0.1


@dataclass(frozen=True)
class LoopWindow:
    """Where the loops of a pack lie, in seconds from a note's begin."""

    start_s: float
    end_s: float


def shared_window(
    wanted: LoopWindow, bodies: Iterable[tuple[str, Steady]]
) -> tuple[LoopWindow, list[str]]:
    """The window that fits into the shortest sustained note, and the notes that are too short.

    `bodies` has (label, steady part) per source note. A shortened window keeps its proportions.
    """
    shortest_end_s = SHORTEST_LOOP_S * wanted.end_s / (wanted.end_s - wanted.start_s)
    end_s, too_short = wanted.end_s, []
    for label, body in bodies:
        usable_s = body.end_s - MARGIN_S
        if not body.sustained or usable_s >= end_s:
            continue
        if usable_s < min(shortest_end_s, wanted.end_s):
            too_short.append(label)
        else:
            end_s = usable_s
    return LoopWindow(wanted.start_s * end_s / wanted.end_s, end_s), too_short


def loop_points(pitch: int, rate_hz: int, window: LoopWindow) -> Loop:
    """Loop of whole periods of `pitch` in `window`; the window's last tenth is searched.

    The length is the whole number of frames that is nearest to a whole number of periods, to
    0.01 cent for windows from about a second on.
    """
    start = round(window.start_s * rate_hz)
    longest = round(window.end_s * rate_hz) - start
    period = rate_hz / frequency_hz(pitch)
    most = max(1, math.floor(longest / period))
    fewest = max(1, math.ceil((1 - SEARCHED_PART) * longest / period))
    counts = range(most, min(fewest, most) - 1, -1)
    fine = (count for count in counts if _off_cents(count, period) < FINE_CENTS)
    count = next(fine, None) or min(counts, key=lambda count: _off_cents(count, period))
    return Loop(start, round(count * period))


def _off_cents(count: int, period: float) -> float:
    """How much the loop of `count` periods is out of tune, its length rounded to frames."""
    return abs(1200 * math.log2(round(count * period) / (count * period)))
