"""What is done to a card in the power cut tests, and what may be found on it at each moment."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Operation = list[Any]
SOURCES = {"Alpha 1": 1, "Alpha 2": 2, "Beta 1": 1, "Delta 1": 3, "Flöte 1": 1}
"""Folder of a pack -> its number of combinations."""
UPDATES = ("1.1", "1.2", "1.3")

STORY: list[Operation] = [
    ["save", 0, "first"],
    ["install", "Alpha 1"],
    ["update", "1.1"],
    ["install", "Beta 1"],
    ["start"],
    ["save", 1, "second"],
    ["install", "Delta 1"],
    ["install", "Alpha 2"],
    ["update", "1.2"],
    ["update", "1.3"],
    ["save", 0, "first again"],
    ["remove", "Beta"],
    ["install", "Flöte 1"],
    ["start"],
    ["remove", "Alpha"],
    ["save", 127, "last"],
    ["install", "Alpha 1"],
]


@dataclass(frozen=True)
class Content:
    """What the instrument has: packs with their numbers of combinations, patches by slot, and the
    versions of its releases.
    """

    packs: dict[str, int] = field(default_factory=dict)
    patches: dict[str, str] = field(default_factory=dict)
    release: str = "base"
    trial: str | None = None

    def after(self, operation: Operation) -> Content:
        """What it has once this is done."""
        verb, *rest = operation
        packs, patches = dict(self.packs), dict(self.patches)
        if verb == "save":
            patches[str(rest[0])] = rest[1]
        elif verb == "install":
            packs[rest[0].split(" ")[0]] = SOURCES.get(rest[0], 1)
        elif verb == "remove":
            del packs[rest[0]]
        elif verb == "discard":
            packs.pop(rest[0], None)
        elif verb == "update":
            return replace(self, trial=rest[0])
        elif verb == "start" and self.trial:
            return replace(self, release=self.trial, trial=None)
        return replace(self, packs=packs, patches=patches)

    def amid(self, operation: Operation) -> list[Content]:
        """What it may have while this is done: an update first forgets the one on trial."""
        forgetful = [replace(self, trial=None)] if operation[0] == "update" else []
        return [self, *forgetful, self.after(operation)]

    @staticmethod
    def of(facts: dict[str, Any]) -> Content:
        """What was found on a card."""
        assert facts["troubles"] == [], facts
        return Content(dict(facts["packs"]), facts["patches"], *facts["releases"])


def contents(start: Content, operations: Sequence[Operation]) -> list[Content]:
    """Before the first operation, and after each."""
    found = [start]
    for operation in operations:
        found.append(found[-1].after(operation))
    return found


def done(marks: Sequence[str]) -> int:
    """How many operations were done, by the marks that the card got."""
    return sum(1 for mark in marks if re.fullmatch(r"done \d+", mark))


def any_operations(chance: random.Random, start: Content, count: int) -> Iterator[Operation]:
    """A story made up: installs, removals of what is there, patches, updates and starts."""
    now = start
    for number in range(count):
        verbs = ["install", "install", "save", "update", "start"]
        verb = chance.choice([*verbs, "remove"] if now.packs else verbs)
        operation: Operation = [verb]
        if verb == "save":
            operation += [chance.randrange(8), f"patch {number}"]
        elif verb == "update":
            operation += [chance.choice([one for one in UPDATES if one != now.release])]
        elif verb == "remove":
            operation += [chance.choice(sorted(now.packs))]
        elif verb == "install":
            operation += [chance.choice(sorted(SOURCES))]
        now = now.after(operation)
        yield operation
