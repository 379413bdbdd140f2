"""What the mixer has seen: the readable side of the kernel's counters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Counters:
    """Totals since the mixer was made, but peak, limiter_gain and worst_load: since last read."""

    frames: int
    callbacks: int
    underflows: int  # buffers that the audio device found late, also called xruns
    late_events: int  # applied at once
    ignored_events: int  # for a voice that did not sound any more
    dropped_commands: int  # sent while the ring was full
    starved_rows: int  # times a row was faded around because its samples were not ready
    cut_ghosts: int  # stolen sounds cut short because too many were fading
    shed_voices: int  # faded out because the callback was overloaded
    nonfinite: int  # samples that were NaN, infinite or absurd, played as 0
    active_voices: int
    fading_voices: int  # stolen, in their last 5 ms
    peak: float  # of the output, 0..1
    limiter_gain: float  # the smallest, 1 = untouched
    load: float  # of the callback: computing time over sounding time, smoothed over 100 ms
    worst_load: float  # of a single callback
    rows_held: int  # rows kept alive for the kernel
