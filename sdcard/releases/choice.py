"""Which release to start: a pure state machine that gives every bad one up after two attempts.

`current` has started before; `previous` did before that. A release that was just put on is the
`trial`: first its self-test is run (stage TEST), then it is started (stage START), and once its
start is confirmed it is the current one. Every attempt is counted and stored before it is made, so
that neither a crash nor a power cut is forgotten: a third attempt at what was not confirmed twice
is never made. A trial is refused then, a current release left for the previous one, and the last
resort is BASE, the release in the read-only part of the card, which needs no confirmation.

This module is imported when the instrument starts: it stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

BASE = "base"
TEST, START = "test", "start"
MOST_ATTEMPTS = 2
_REASON_CHARACTERS = 300
_NOT_WHOLE = "it is not there, or not whole"
_IN_VAIN = {
    TEST: f"its self-test did not come to an end, {MOST_ATTEMPTS} times",
    START: f"it did not start, {MOST_ATTEMPTS} times",
}


@dataclass(frozen=True)
class Attempt:
    """Something that was begun, and how often since it last went well."""

    version: str
    stage: str  # TEST or START
    count: int  # 1..MOST_ATTEMPTS


@dataclass(frozen=True)
class Refusal:
    """A release that is not used any more, and why."""

    version: str
    reason: str

    def __str__(self) -> str:
        return f"release {self.version} refused: {self.reason}"


@dataclass(frozen=True)
class Choice:
    """All that is remembered from start to start."""

    current: str = BASE
    previous: str = BASE
    trial: str | None = None
    attempt: Attempt | None = None
    refusal: Refusal | None = None

    @property
    def wanted(self) -> str:
        """What should be running."""
        return self.trial or self.current


def put_on(choice: Choice, version: str) -> Choice:
    """A release that lies ready is to be tried at the next start."""
    return replace(choice, trial=version, attempt=None, refusal=None)


def without_others(choice: Choice) -> Choice:
    """Only the current release is known any more: the others are about to be deleted."""
    return Choice(current=choice.current)


def chosen(choice: Choice, version: str) -> Choice:
    """Somebody wants this one of those that are there; one that has run before is trusted."""
    if version == BASE:
        return Choice(BASE, choice.current)
    if version == choice.current:
        return replace(choice, trial=None, attempt=None, refusal=None)
    return put_on(choice, version)


def next_attempt(choice: Choice, is_whole: Callable[[str], bool]) -> tuple[Choice, Attempt]:
    """The next thing to do, counted already in the choice that is to be stored first.

    `is_whole` tells whether a version is there. The attempt at BASE has the count 0.
    """
    while choice.wanted != BASE:
        version, last = choice.wanted, choice.attempt
        if last is None or last.version != version:
            stage = TEST if choice.trial else START
            last = Attempt(version, stage, 0)
        if not is_whole(version):
            choice = given_up(choice, _NOT_WHOLE)
        elif last.count >= MOST_ATTEMPTS:
            choice = given_up(choice, _IN_VAIN[last.stage])
        else:
            attempt = replace(last, count=last.count + 1)
            return replace(choice, attempt=attempt), attempt
    return replace(choice, attempt=None), Attempt(BASE, START, 0)


def passed(choice: Choice) -> Choice:
    """The self-test of the trial was good: it may start."""
    return replace(choice, attempt=Attempt(choice.wanted, START, 0))


def given_up(choice: Choice, reason: str) -> Choice:
    """What is wanted now is not wanted any more."""
    refusal = Refusal(choice.wanted, " ".join(reason.split())[:_REASON_CHARACTERS])
    if choice.trial:
        return replace(choice, trial=None, attempt=None, refusal=refusal)
    return Choice(choice.previous, BASE, refusal=refusal)


def confirmed(choice: Choice, version: str) -> Choice:
    """The release with this version has started well."""
    if choice.attempt is None or choice.attempt.version != version:
        return choice  # another one is wanted by now
    if choice.trial:
        return Choice(version, choice.current)
    return replace(choice, attempt=None)


def taken_back(choice: Choice, version: str) -> Choice:
    """The attempt was none: somebody asked for the safe mode instead."""
    last = choice.attempt
    if last is None or (last.version, last.stage) != (version, START):
        return choice
    return replace(choice, attempt=replace(last, count=max(0, last.count - 1)))
