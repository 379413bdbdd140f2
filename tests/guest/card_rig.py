"""A card in the test kernel, from the host's side: works on it, cuts its power, looks at it."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import booting
from card_losses import LOSSES, apply, survivors
from card_making import copy
from card_model import Card, Event, Write, split
from card_story import Operation
from virtio_disk import plugged_in

MACHINE = ("mem=256M",)


@dataclass(frozen=True)
class Cut:
    """When the power goes, and what of the unconfirmed writes the card loses; all by a seed."""

    seed: int
    at: int  # events of the card before it
    loss: str

    @classmethod
    def any_of(cls, seed: int, first: int, last: int) -> Cut:
        """Between two events."""
        chance = random.Random(seed)
        return cls(seed, chance.randint(first, last), chance.choice(sorted(LOSSES)))

    def __str__(self) -> str:
        return f"seed-{self.seed} at {self.at} {self.loss} lost"

    def card(self, events: Sequence[Event], base: Path, to: Path) -> Path:
        """What it leaves: a copy of `base` with what became of the events since."""
        apply(self.writes(events), copy(base, to))
        return to

    def sectors(self, events: Sequence[Event]) -> frozenset[tuple[int, bytes]]:
        """The same as a set, to compare it with that of others."""
        single = [one for write in self.writes(events) for one in split(write)]
        return frozenset({one.sector: one.data for one in single}.items())

    def writes(self, events: Sequence[Event]) -> list[Write]:
        """What is on the card then of all that it got."""
        return survivors(events[: self.at], self.loss, random.Random(self.seed))


class Rig:
    """One kernel and one folder for all that it is told and tells."""

    def __init__(self, kernel: Path, share: Path) -> None:
        """`share` has the sources already."""
        self._kernel, self.share, self.output = kernel, share, ""

    def work(
        self,
        image: Path,
        operations: Sequence[Operation],
        *,
        first: Sequence[Operation] | None = None,
        is_careless: bool = False,
        lasts: int | None = None,
    ) -> list[Event]:
        """What the card got while these were done to it, or until there were `lasts` events.

        `first`: what is done, in peace, after the start and before that; `facts` tells of it.
        """
        task = {"first": first, "then": operations, "is_careless": is_careless}
        return self.run("card_work", task, image, lasts)

    def look_at(self, cards: Mapping[str, Sequence[Operation]]) -> dict[str, Any]:
        """The facts of cards, each a file `<name>.img` in the folder; these are done to it."""
        self.run("card_states", cards)
        return self.facts

    def run(
        self, program: str, task: object, image: Path | None = None, lasts: int | None = None
    ) -> list[Event]:
        """What a card got in a program of the folder inside, which may also do without one."""
        (self.share / "facts.json").unlink(missing_ok=True)
        (self.share / "task.json").write_text(json.dumps(task))
        if image is None:
            self._boot(program)
            return []
        with contextlib.closing(Card(image)) as card:
            killed: list[subprocess.Popen[str]] = []
            with plugged_in(card, lasts, lambda: killed[0].kill()) as option:
                try:
                    self._boot(program, option, killed)
                except booting.GuestError:
                    if lasts is None or card.worked < lasts:
                        raise
            return card.events

    def _boot(
        self, program: str, option: str = "", started: list[subprocess.Popen[str]] | None = None
    ) -> None:
        path, options = f"tests/guest/inside/{program}.py", [*MACHINE, *filter(None, [option])]
        booted = booting.start(self._kernel, path, self.share, options, {})
        if started is not None:
            started.append(booted)
        self.output = booting.finish(booted, self.share)

    @property
    def facts(self) -> dict[str, Any]:
        """What the program in the kernel found."""
        facts: dict[str, Any] = json.loads((self.share / "facts.json").read_text())
        return facts
