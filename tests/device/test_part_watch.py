"""A part counts as faulty after a while of failing, is tried less often then, and gets well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.events import Event, Fault, FaultCleared
from device.part_watch import FORGIVEN_S, RETELL_S, RETRY_S, PartWatch
from hardware.errors import ChecksumError, ChipMissingError, HardwareError

PERIOD_S = 0.005
GONE = ChipMissingError("no chip")


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def watch(told: list[Event]) -> PartWatch:
    return PartWatch("panel", told.append)


def test_a_moment_of_failing_is_forgiven(watch: PartWatch, told: list[Event]) -> None:
    assert not watch.failed(GONE, 10.0)
    assert not watch.failed(GONE, 10.0 + FORGIVEN_S - PERIOD_S)
    assert watch.next_try_s(10.05, PERIOD_S) == 10.05 + PERIOD_S
    watch.worked()
    assert not watch.failed(GONE, 10.0 + FORGIVEN_S)
    assert told == []
    assert not watch.is_faulty


def test_a_part_that_goes_on_failing_is_told_of_once(watch: PartWatch, told: list[Event]) -> None:
    watch.failed(GONE, 10.0)
    assert watch.failed(GONE, 10.0 + FORGIVEN_S + 1e-6)
    assert watch.is_faulty
    assert watch.next_try_s(11.0, PERIOD_S) == 11.0 + RETRY_S
    for retry in range(100):
        assert not watch.failed(GONE, 11.0 + retry * RETRY_S)
    assert told == [Fault("panel", "no chip")]
    watch.worked()
    watch.worked()
    assert told[1:] == [FaultCleared("panel")]
    assert watch.next_try_s(80.0, PERIOD_S) == 80.0 + PERIOD_S


def test_another_kind_of_error_is_news_but_no_new_loss(watch: PartWatch, told: list[Event]) -> None:
    watch.failed(GONE, 10.0)
    assert watch.failed(GONE, 11.0)
    assert not watch.failed(ChecksumError("noise"), 11.5)
    assert told == [Fault("panel", "no chip"), Fault("panel", "noise")]


def test_other_words_for_the_same_trouble_are_rarely_news(
    watch: PartWatch, told: list[Event]
) -> None:
    seconds = 30
    for tick in range(round(seconds / RETRY_S)):
        watch.failed(ChecksumError(f"checksum {tick}"), 10.0 + tick * RETRY_S)
    assert 2 <= len(told) <= seconds / RETELL_S + 1


@given(st.lists(st.sampled_from([None, GONE, ChecksumError("noise")]), max_size=200))
def test_told_and_cleared_take_turns(outcomes: list[HardwareError | None]) -> None:
    told: list[Event] = []
    watch = PartWatch("panel", told.append)
    losses = 0
    for tick, outcome in enumerate(outcomes):
        if outcome is None:
            watch.worked()
        else:
            losses += watch.failed(outcome, tick * 0.04)
        assert watch.is_faulty == (bool(told) and isinstance(told[-1], Fault))
    cleared = sum(isinstance(event, FaultCleared) for event in told)
    assert losses - cleared == watch.is_faulty
