"""The gates: every metric's limit in one table, and the verdict on a set of measurements.

The limits come from measurements of nine pairs of General MIDI instruments at four pitches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np


class Direction(StrEnum):
    """Which side of the limit is good."""

    AT_MOST = "<="
    AT_LEAST = ">="


class Over(StrEnum):
    """What is held against the limit: the mean of all measurements or the worst of them."""

    MEAN = "mean"
    WORST = "worst"


class Status(StrEnum):
    """Outcome of a gate."""

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_APPLICABLE = "n/a"
    REPORT = "report"  # measured, but this renderer has no limit yet


@dataclass(frozen=True)
class Gate:
    """A limit on one metric; `exceptions` holds other limits by renderer (None = report only)."""

    metric: str
    says: str  # what the metric tells, for people
    unit: str
    over: Over
    direction: Direction
    limit: float
    exceptions: dict[str, float | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Unique: metric and what is held against the limit."""
        return f"{self.metric} ({self.over.value})"

    def limit_for(self, renderer: str) -> float | None:
        """The limit that a renderer must keep."""
        return self.exceptions.get(renderer, self.limit)

    def holds(self, value: float, limit: float) -> bool:
        """The value is on the good side."""
        return value <= limit if self.direction is Direction.AT_MOST else value >= limit


@dataclass(frozen=True)
class Measurement:
    """One metric somewhere in a pack."""

    metric: str
    value: float
    where: str


@dataclass(frozen=True)
class Verdict:
    """A gate's outcome; `value` is NaN and `worst` None where nothing applied."""

    gate: Gate
    status: Status
    value: float
    limit: float | None
    applied: int
    worst: Measurement | None


def judge(gate: Gate, measurements: Sequence[Measurement], renderer: str) -> Verdict:
    """Hold the measurements of the gate's metric against its limit; NaN values do not count."""
    found = [m for m in measurements if m.metric == gate.metric and not np.isnan(m.value)]
    limit = gate.limit_for(renderer)
    if not found:
        return Verdict(gate, Status.NOT_APPLICABLE, float("nan"), limit, 0, None)
    pick = max if gate.direction is Direction.AT_MOST else min
    worst = pick(found, key=lambda m: m.value)
    mean = float(np.mean([m.value for m in found]))
    value = mean if gate.over is Over.MEAN else worst.value
    if limit is None:
        return Verdict(gate, Status.REPORT, value, None, len(found), worst)
    status = Status.PASS if gate.holds(value, limit) else Status.FAIL
    return Verdict(gate, status, value, limit, len(found), worst)


def judge_all(
    measurements: Iterable[Measurement], renderer: str, gates: Sequence[Gate] | None = None
) -> list[Verdict]:
    """All gates (GATES by default) in order."""
    found = list(measurements)
    return [judge(gate, found, renderer) for gate in (GATES if gates is None else gates)]


MEAN, WORST = Over.MEAN, Over.WORST
AT_MOST, AT_LEAST = Direction.AT_MOST, Direction.AT_LEAST
REPORT_NSYNTH: dict[str, float | None] = {"nsynth": None}

GATES: tuple[Gate, ...] = (
    Gate("not_finite", "notes with infinite samples", "", WORST, AT_MOST, 0.0),
    Gate("length_off", "stored length against the pack's", "frames", WORST, AT_MOST, 0.0),
    Gate("peak", "highest sample (-1 dBFS and rounding)", "dBFS", WORST, AT_MOST, -0.9),
    Gate("dc", "mean of a note, of full scale", "", WORST, AT_MOST, 1e-3),
    Gate("late_start", "silence before a note", "ms", WORST, AT_MOST, 5.0),
    Gate("corner_lsd", "corner against its source", "dB", WORST, AT_MOST, 0.1, REPORT_NSYNTH),
    Gate("mono", "steps that lead on from A to B", "", MEAN, AT_LEAST, 0.9, {"nsynth": 0.8}),
    Gate("even", "largest step over the mean step", "", MEAN, AT_MOST, 1.6, REPORT_NSYNTH),
    Gate("even", "largest step over the mean step", "", WORST, AT_MOST, 2.5, REPORT_NSYNTH),
    Gate("mid_pos", "how far the middle is off centre", "", MEAN, AT_MOST, 0.15, REPORT_NSYNTH),
    Gate("late_dev", "decay off the straight way", "", MEAN, AT_MOST, 0.2, REPORT_NSYNTH),
    Gate("att_dev", "attack off the straight way", "", MEAN, AT_MOST, 0.35, REPORT_NSYNTH),
    Gate("mixfit", "middle against the best mere mix", "dB", MEAN, AT_LEAST, 2.5),
    Gate("mod_x", "roughness over the corners'", "dB", WORST, AT_MOST, 0.3, {"nsynth": 1.0}),
    Gate("click_x", "clicks over the corners'", "dB", WORST, AT_MOST, 6.0),
    Gate("lev_dev", "loudness off the straight way", "dB", WORST, AT_MOST, 0.3, {"nsynth": 0.5}),
    Gate("cents_x", "pitch outside the corners'", "cents", WORST, AT_MOST, 10.0, {"nsynth": 20.0}),
    Gate("hold_dip", "level between cells, mean dip", "dB", MEAN, AT_MOST, 0.5, REPORT_NSYNTH),
    Gate("hold_dip_worst", "level between cells, worst", "dB", WORST, AT_MOST, 3.0, REPORT_NSYNTH),
    Gate("loop_length", "length of the loops", "s", WORST, AT_LEAST, 0.3),
    Gate("seam_flux", "change at a seam over natural", "x", WORST, AT_MOST, 2.0),
    Gate("swing_x", "level swing over natural", "dB", WORST, AT_MOST, 1.5),
    Gate("seam_click", "clicks at a seam over natural", "dB", WORST, AT_MOST, 6.0),
    Gate("decay_error", "decay rate of held notes", "dB/s", WORST, AT_MOST, 2.0),
)
