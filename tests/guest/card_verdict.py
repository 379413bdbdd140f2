"""Whether cards that a power cut left are as they may be, and what is wrong where they are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from card_losses import apply
from card_making import copy
from card_model import Event, Write, marks
from card_rig import Rig
from card_story import Content, Operation, contents, done

AT_ONCE = 100  # cards for one start of the kernel
NEXT: list[Operation] = [["install", "Next 1"], ["save", 9, "next"]]
"""What has to work after each cut, and to take away what it left."""
Item = TypeVar("Item")


def faults(facts: dict[str, Any], allowed: Sequence[Content], again: Sequence[Operation]) -> str:
    """What is wrong with a card, '' if nothing is."""
    if "failed" in facts:
        return str(facts["failed"])
    if troubles := facts["found"]["troubles"] + facts["after"]["troubles"]:
        return f"troubles: {troubles}"
    found = Content.of(facts["found"])
    if found not in allowed:
        return f"found {found}, allowed are {allowed}"
    if (after := Content.of(facts["after"])) != contents(found, again)[-1]:
        return f"{after} after {again} to {found}"
    return f"left over: {facts['untidy']}" if facts["untidy"] else ""


def interrupted(
    start: Content, story: Sequence[Operation], events: Sequence[Event]
) -> tuple[list[Content], list[Operation]]:
    """What may be found after a cut, and what people do once more then."""
    count = done(marks(events))
    content = contents(start, story)[count]
    if count == len(story):
        return [content], []
    operation = story[count]
    again = ["discard", operation[1]] if operation[0] == "remove" else operation
    return content.amid(operation), [again]


def look_after(
    cuts: Mapping[str, tuple[int, list[Write]]],
    events: Sequence[Event],
    story: Sequence[Operation],
    rig: Rig,
    base: Path,
    then: Sequence[Operation] = NEXT,
) -> dict[str, str]:
    """What is wrong with cards: by name, after how many events, and what the card has of them.

    What was cut short is done again, then `then`. A card that has a fault is left in the folder as
    the cut left it.
    """
    bad: dict[str, str] = {}
    for some in _batched(cuts.items(), AT_ONCE):
        again: dict[str, list[Operation]] = {}
        allowed: dict[str, list[Content]] = {}
        for name, (at, writes) in some:
            allowed[name], now = interrupted(Content(), story, events[:at])
            again[name] = [*now, *then]
            apply(writes, copy(base, rig.share / f"{name}.img"))
        facts = rig.look_at(again)
        for name, (_, writes) in some:
            (rig.share / f"{name}.img").unlink()
            if fault := faults(facts[name], allowed[name], again[name]):
                bad[name] = fault
                apply(writes, copy(base, rig.share / f"{name}.img"))
    return bad


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """In lists of at most so many."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
