"""The verdicts as text for the terminal and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audio_pipeline.quality.verdict import Status, Verdict


def number(value: float | None) -> str:
    """Two decimals, more for small numbers, a dash for NaN."""
    if value is None or np.isnan(value):
        return "-"
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.1g}"


def limit_words(verdict: Verdict) -> str:
    """The limit with its direction."""
    return "-" if verdict.limit is None else f"{verdict.gate.direction} {number(verdict.limit)}"


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    """One line per gate; the worst offender under each that failed."""
    lines = [f"{'gate':24} {'value':>9} {'limit':>10} {'unit':7} {'of':>5}  result"]
    for verdict in verdicts:
        gate = verdict.gate
        lines.append(
            f"{gate.name:24} {number(verdict.value):>9} {limit_words(verdict):>10} "
            f"{gate.unit:7} {verdict.applied:>5}  {verdict.status}"
        )
        if verdict.status is Status.FAIL and verdict.worst is not None:
            worst = verdict.worst
            lines.append(f"    {gate.says}; worst {number(worst.value)}: {worst.where}")
    return "\n".join(lines)


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """One verdict as plain values; null where nothing applied."""
    gate, worst = verdict.gate, verdict.worst
    return {
        "gate": gate.name,
        "metric": gate.metric,
        "says": gate.says,
        "unit": gate.unit,
        "status": str(verdict.status),
        "value": None if worst is None else verdict.value,
        "limit": verdict.limit,
        "direction": str(gate.direction),
        "applied": verdict.applied,
        "worst": None if worst is None else {"value": worst.value, "where": worst.where},
    }
