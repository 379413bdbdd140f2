"""What is done to a card while its power is cut, and what may be found on it then."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device.pack import verify_pack
from device.parameters import ATTACK
from device.patches import codec
from sdcard.packs.inventory import entries

Operation = list[Any]
SOURCES = {"Alpha 1": 1, "Alpha 2": 2, "Beta 1": 1}
"""Folder of a pack -> its number of combinations. The two Alphas are versions of one pack."""


@dataclass(frozen=True)
class Content:
    """Packs with their numbers of combinations; of patches, by slot, the attack (0..1)."""

    packs: dict[str, int] = field(default_factory=dict)
    attacks: dict[int, float] = field(default_factory=dict)

    def after(self, operation: Operation) -> Content:
        """What there is once this is done."""
        verb, *rest = operation
        packs, attacks = dict(self.packs), dict(self.attacks)
        match verb:
            case "save":
                attacks[rest[0]] = rest[1]
            case "install":
                packs[rest[0].split()[0]] = SOURCES[rest[0]]
            case "remove":
                del packs[rest[0]]
        return Content(packs, attacks)


def operations(chance: random.Random, start: Content) -> Iterator[Operation]:
    """A story without end: every second time a patch, else packs."""
    now = start
    for number in itertools.count():
        if number % 2:
            attack = chance.randrange(65) / 64  # as OSC has it, in 32 bits
            operation: Operation = ["save", chance.randrange(4), attack]
        elif now.packs.get("Beta") and chance.random() < 0.3:
            operation = ["remove", "Beta"]
        else:
            operation = ["install", chance.choice(sorted(SOURCES))]
        now = now.after(operation)
        yield operation


@dataclass(frozen=True)
class Marks:
    """What the machine said about its work (inside/card_work.py)."""

    begun: list[Operation]
    done: int

    @classmethod
    def of(cls, console: bytes) -> Marks:
        """Of all that came from the console; a line that the power cut is none."""
        begun, done = list[Operation](), 0
        for line in console.decode(errors="replace").splitlines():
            try:
                words = json.loads(line)
            except ValueError:
                continue
            match words:
                case ["begin", _, operation]:
                    begun.append(operation)
                case ["done", _]:
                    done += 1
                case ["failed", why]:
                    raise AssertionError(why)
        return cls(begun, done)

    def allowed(self, start: Content) -> tuple[Content, Content]:
        """What may be on the card: with the operation that was going on, and without it."""
        now = start
        for operation in self.begun[: self.done]:
            now = now.after(operation)
        rest = self.begun[self.done :]
        assert len(rest) <= 1
        return now, now.after(rest[0]) if rest else now


def found_packs(shelf: Path) -> dict[str, int]:
    """Every pack of a folder, all of whose bytes have to be right, and what else tells it apart."""
    packs = {}
    for entry in entries(shelf):
        assert entry.manifest is not None, entry
        assert not entry.trouble, entry
        report = verify_pack(entry.path, decode=False)
        assert report.is_ok, report
        assert entry.name not in packs, "twice on the card"
        packs[entry.name] = len(entry.manifest.combinations)
    return packs


def found_attacks(patches: bytes | None) -> dict[int, float]:
    """Of a whole file of patches; a torn one is an error."""
    if patches is None:
        return {}
    decoded = codec.decode(patches, "patches.json")
    assert not decoded.warnings
    return {slot: patch.turns[ATTACK] for slot, patch in decoded.patches.items()}
