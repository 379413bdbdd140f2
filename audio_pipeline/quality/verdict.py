"""Holds what was measured against the gates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from audio_pipeline.quality.gates import GATES, Direction, Gate, Kind, Over

LEAST_FOR_A_MEAN = 4


class Status(StrEnum):
    """Outcome of a gate."""

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_APPLICABLE = "n/a"
    REPORT = "report"  # measured, but there is no limit yet or too little for a mean


@dataclass(frozen=True)
class Measurement:
    """One metric somewhere in a pack; NaN = not applicable there."""

    metric: str
    value: float
    where: str
    kind: Kind = Kind.ANY


@dataclass(frozen=True)
class Verdict:
    """A gate's outcome; `value` is NaN and `worst` None where nothing applied."""

    gate: Gate
    status: Status
    value: float
    limit: float | None
    applied: int
    worst: Measurement | None


def judge(gate: Gate, measurements: Iterable[Measurement], renderer: str) -> Verdict:
    """Hold the measurements that a gate is about against its limit; NaN values do not count."""
    found = [m for m in measurements if gate.is_about(m.metric, m.kind) and not np.isnan(m.value)]
    limit = gate.limit_for(renderer)
    if not found:
        return Verdict(gate, Status.NOT_APPLICABLE, float("nan"), limit, 0, None)
    pick = max if gate.direction is Direction.AT_MOST else min
    worst = pick(found, key=lambda m: m.value)
    mean = float(np.mean([m.value for m in found]))
    value = mean if gate.over is Over.MEAN else worst.value
    too_few = gate.over is Over.MEAN and len(found) < LEAST_FOR_A_MEAN
    status = Status.REPORT
    if limit is not None and not too_few:
        status = Status.PASS if gate.holds(value, limit) else Status.FAIL
    return Verdict(gate, status, value, limit, len(found), worst)


def judge_all(
    measurements: Sequence[Measurement], renderer: str, gates: Sequence[Gate] = GATES
) -> list[Verdict]:
    """The verdicts of all gates, in their order."""
    return [judge(gate, measurements, renderer) for gate in gates]


def has_failed(verdicts: Iterable[Verdict]) -> bool:
    """At least one gate failed."""
    return any(verdict.status is Status.FAIL for verdict in verdicts)
