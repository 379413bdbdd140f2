"""The choice among releases, step by step; test_choice_machine.py takes any steps."""

from __future__ import annotations

import pytest

from sdcard.releases import choice as c
from sdcard.releases.choice import BASE, START, TEST, Attempt, Choice, Refusal


def all_whole(version: str) -> bool:
    return True


def test_a_new_release_is_tested_then_started_then_current() -> None:
    choice, attempt = c.next_attempt(c.put_on(Choice("1"), "2"), all_whole)
    assert attempt == Attempt("2", TEST, 1)
    choice, attempt = c.next_attempt(c.passed(choice), all_whole)
    assert attempt == Attempt("2", START, 1)
    assert c.confirmed(choice, "2") == Choice("2", "1")


def test_nothing_put_on_is_the_base() -> None:
    assert c.next_attempt(Choice(), all_whole) == (Choice(), Attempt(BASE, START, 0))


@pytest.mark.parametrize(
    ("stage", "reason"),
    [(TEST, "its self-test did not come to an end, 2 times"), (START, "it did not start, 2 times")],
)
def test_a_trial_has_two_attempts(stage: str, reason: str) -> None:
    choice = Choice("1", trial="2", attempt=Attempt("2", stage, 1))
    choice, attempt = c.next_attempt(choice, all_whole)
    assert attempt == Attempt("2", stage, 2)
    choice, attempt = c.next_attempt(choice, all_whole)
    assert attempt == Attempt("1", START, 1)
    assert choice == Choice("1", attempt=attempt, refusal=Refusal("2", reason))


def test_a_current_release_that_fails_is_left_for_the_previous_one_and_that_for_the_base() -> None:
    choice = Choice("3", "2")
    seen = []
    for _ in range(6):
        choice, attempt = c.next_attempt(choice, all_whole)
        seen.append(attempt.version)
    assert seen == ["3", "3", "2", "2", BASE, BASE]
    assert str(choice.refusal) == "release 2 refused: it did not start, 2 times"


def test_what_is_missing_is_passed_over() -> None:
    choice, attempt = c.next_attempt(Choice("2", "1", trial="3"), lambda version: version == "1")
    assert attempt == Attempt("1", START, 1)
    assert choice.refusal == Refusal("2", "it is not there, or not whole")


def test_a_confirmation_counts_for_what_was_attempted_only() -> None:
    waiting = Choice("1", trial="3", attempt=Attempt("3", TEST, 1))
    assert c.confirmed(waiting, "1") == waiting
    assert c.confirmed(c.put_on(Choice("1"), "3"), "3").trial == "3"


def test_the_safe_mode_is_no_failed_start() -> None:
    choice = Choice("1", attempt=Attempt("1", START, 1))
    for _ in range(5):
        choice, attempt = c.next_attempt(c.taken_back(choice, "1"), all_whole)
        assert attempt == Attempt("1", START, 1)
    assert c.taken_back(choice, "2") == choice


def test_choosing_by_hand() -> None:
    choice = Choice("2", "1", refusal=Refusal("3", "it is bad"))
    assert c.chosen(choice, "1") == Choice("2", "1", trial="1")
    assert c.chosen(choice, "2") == Choice("2", "1")
    assert c.chosen(choice, BASE) == Choice(BASE, "2")
    assert c.chosen(choice, "3").trial == "3"


def test_a_reason_is_one_short_line() -> None:
    refusal = c.given_up(c.put_on(Choice(), "2"), "a\n b\t" + "x" * 999).refusal
    assert refusal is not None
    assert refusal.reason.startswith("a b xxx")
    assert len(refusal.reason) == 300
