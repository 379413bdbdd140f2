"""Row arithmetic of a loop: trends taken out, rows led back, drifts steered to whole cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.pack.model import Loop

from .numeric import Float32, Float64, rows_at

TREND_DEGREE = 3
KEEP_CYCLES = 1.5  # partials that drift further in one loop keep their own whole cycles


@dataclass(frozen=True)
class Return:
    """The span before the loop's end in which parameters are led back, in frames."""

    loop: Loop
    frames: int

    def progress(self, at_frames: NDArray[Any]) -> Float64:
        """0 before the return, rising as a raised cosine to 1 at the loop's end."""
        u = np.clip((at_frames - self.loop.end_frame) / self.frames + 1, 0, 1)
        return np.asarray(0.5 - 0.5 * np.cos(np.pi * u))


def remove_trend(log_envelope: Float64, span: Return) -> None:
    """Hold the envelope [frames] at its level at the loop's start, less its ripple, in place."""
    loop = span.loop
    time = np.arange(len(log_envelope) - loop.start_frame) / loop.length_frames
    fit = np.polynomial.polynomial.polyfit(
        time[: loop.length_frames : 64],
        log_envelope[loop.start_frame : loop.end_frame : 64],
        TREND_DEGREE,
    )
    fit[0] = 0.0
    log_envelope[loop.start_frame :] -= np.polynomial.polynomial.polyval(time, fit)


def remove_decays(rows: Float32, hop_frames: int, span: Return) -> None:
    """Take out of each column [rows, n], natural logs, a straight trend in the loop, in place.

    A partial that decays faster than the whole would jump back at each pass. Only what really
    is a straight line counts: the wavering of an ensemble stays as it is.
    """
    loop = span.loop
    time = (np.arange(len(rows)) * hop_frames - loop.start_frame) / loop.length_frames
    inside = (time >= 0) & (time < 1)
    rows[time > 0] -= np.minimum(time[time > 0, None], 1).astype(rows.dtype) * _straight_slope(
        time[inside], rows[inside]
    )


def _straight_slope(time: Float64, rows: NDArray[Any]) -> NDArray[Any]:
    """Slope of each column [rows, n] over time, faded to 0 where it is no straight line."""
    centred = (time - time.mean()).astype(rows.dtype)
    spread = rows - rows.mean(0)
    power = centred @ centred
    slope = centred @ spread / power
    explained = slope**2 * power / ((spread * spread).sum(0) + 1e-9)
    faded: NDArray[Any] = (slope * np.clip((explained - 0.3) / 0.4, 0, 1)).astype(rows.dtype)
    return faded


def lead_back(
    rows: NDArray[Any],
    hop_frames: int,
    span: Return,
    *,
    offset_frames: float = 0.0,
    level: bool = False,
) -> None:
    """Blend the rows of the return into those one loop earlier, in place.

    level: the rows are natural logs of levels; what comes before the loop is then taken without
    its own decay, so that the return does not swell.
    """
    loop = span.loop
    time = np.arange(len(rows)) * float(hop_frames) + offset_frames
    late = time > loop.end_frame - span.frames
    ahead = time[late] - loop.end_frame
    earlier = rows_at(rows, (time[late] - loop.length_frames - offset_frames) / hop_frames)
    if level:
        past = np.minimum(ahead, 0)
        earlier -= past[:, None].astype(rows.dtype) * _straight_slope(past, earlier)
    progress = span.progress(time[late])[:, None].astype(rows.dtype)
    rows[late] += progress * (earlier - rows[late])


def steering(drift: Float64) -> Float64:
    """Radians to take out of a drift over one loop: all of it, or down to whole cycles."""
    cycles = drift / (2 * np.pi)
    whole = np.where(np.abs(cycles) > KEEP_CYCLES, np.round(cycles), 0.0)
    return np.asarray(drift - 2 * np.pi * whole)


def share_of_loop(starts: NDArray[Any], hop: int, loop: Loop) -> Float64:
    """Which share of the loop lies in each hop [starts, starts + hop)."""
    inside = np.minimum(starts + hop, loop.end_frame) - np.maximum(starts, loop.start_frame)
    return np.asarray(np.maximum(inside, 0) / loop.length_frames)
