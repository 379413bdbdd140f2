"""Verdicts: what counts, what is compared, who is named."""

from __future__ import annotations

import pytest

from audio_pipeline.quality.gates import GATES, Direction, Gate, Kind, Over
from audio_pipeline.quality.verdict import Measurement, Status, has_failed, judge, judge_all

NAN = float("nan")


def gate(over: Over = Over.WORST, direction: Direction = Direction.AT_MOST, **more: object) -> Gate:
    return Gate("rough", "how rough", "dB", over, direction, 2.0, **more)


def found(*values: float, kind: Kind = Kind.ANY) -> list[Measurement]:
    return [Measurement("rough", value, f"place {i}", kind) for i, value in enumerate(values)]


@pytest.mark.parametrize(("values", "status"), [((1, 2), Status.PASS), ((1, 2.1), Status.FAIL)])
def test_the_worst_is_held_against_the_limit(values: tuple[float, ...], status: Status) -> None:
    verdict = judge(gate(), found(*values), "harmonic")
    assert (verdict.status, verdict.value, verdict.applied) == (status, max(values), 2)
    assert verdict.worst is not None
    assert verdict.worst.where == "place 1"


def test_the_mean_is_held_but_the_worst_is_named() -> None:
    verdict = judge(gate(Over.MEAN), found(0, 5, 1, 1), "harmonic")
    assert (verdict.status, verdict.value) == (Status.PASS, 1.75)
    assert verdict.worst is not None
    assert verdict.worst.value == 5


def test_a_mean_of_few_is_only_reported() -> None:
    assert judge(gate(Over.MEAN), found(9, 9, 9), "harmonic").status is Status.REPORT
    assert judge(gate(Over.MEAN), found(9, 9, 9, 9), "harmonic").status is Status.FAIL


def test_gates_that_ask_for_more() -> None:
    verdict = judge(gate(direction=Direction.AT_LEAST), found(3, 1), "harmonic")
    assert (verdict.status, verdict.value) == (Status.FAIL, 1)


def test_what_does_not_apply_does_not_count() -> None:
    verdict = judge(gate(), found(NAN, 1, NAN), "harmonic")
    assert (verdict.status, verdict.applied) == (Status.PASS, 1)
    for nothing in ([], found(NAN), [Measurement("other", 9.0, "here")]):
        verdict = judge(gate(), nothing, "harmonic")
        assert (verdict.status, verdict.worst) == (Status.NOT_APPLICABLE, None)


def test_kinds_are_judged_apart() -> None:
    tones, drums = found(1, kind=Kind.TONES), found(9, kind=Kind.DRUMS)
    assert judge(gate(kind=Kind.TONES), tones + drums, "harmonic").value == 1
    assert judge(gate(kind=Kind.DRUMS), tones + drums, "harmonic").value == 9
    assert judge(gate(), tones + drums, "harmonic").applied == 2


def test_renderers_may_have_other_limits() -> None:
    special = gate(exceptions={"loose": 10.0, "new": None})
    results = {name: judge(special, found(5), name).status for name in ("loose", "new", "other")}
    assert results == {"loose": Status.PASS, "new": Status.REPORT, "other": Status.FAIL}


def test_names_of_gates_are_unique() -> None:
    assert len({one.name for one in GATES}) == len(GATES)


def test_one_failure_is_enough() -> None:
    verdicts = judge_all(found(1), "harmonic", [gate()])
    assert not has_failed(verdicts)
    assert has_failed(verdicts + judge_all(found(3), "harmonic", [gate()]))
