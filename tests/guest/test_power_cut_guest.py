"""The plug is pulled while a card is worked on, under a real kernel with vfat and ext4.

LATENTPAD_CUTS=N tries N moments of one recorded story and N / 6 kills, LATENTPAD_SEED=N others.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from card_losses import LOSSES, single_sectors
from card_making import copy, make_card
from card_model import Event, Mark, marks
from card_rig import Cut, Rig
from card_story import STORY, Content, Operation, any_operations, contents
from card_verdict import NEXT, faults, interrupted, look_after

from sdcard.image.fat_format import CARD_SHAPE

CUTS = int(os.environ.get("LATENTPAD_CUTS", "60"))
KILLS, WORKS = max(10, CUTS // 6), 5
SEED = int(os.environ.get("LATENTPAD_SEED", "1"))
MOST_SECTORS = 8  # between two flushes; more are cells, whose order does not matter
EVENTS_OF_ONE = 40  # what an operation usually gives the card to do


def any_cuts(seeds: Iterable[int], first: int, events: Sequence[Event]) -> dict[str, Any]:
    """One per seed, after the event `first`; the name tells all about it."""
    cuts = [Cut.any_of(seed, first, len(events)) for seed in seeds]
    return {str(cut): (cut.at, cut.writes(events)) for cut in cuts}


def test_any_moment_of_a_story_leaves_old_or_new(rig: Rig, base: Path) -> None:
    events = rig.work(copy(base, rig.share / "live.card"), STORY)
    assert marks(events)[-1] == "off"
    cuts = any_cuts(range(SEED, SEED + CUTS), 1, events)
    bad = look_after(cuts, events, STORY, rig, base, [*NEXT, ["update", "1.4"]])
    assert not bad, "\n".join(f"{name} of {len(events)}: {fault}" for name, fault in bad.items())


def test_a_card_that_saves_or_loses_a_single_sector(rig: Rig, base: Path) -> None:
    """While a pack is replaced and removed: nothing but FAT is without a journal."""
    story: list[Operation] = [["install", "Beta 1"], ["install", "Alpha 1"]]
    story += [["install", "Alpha 2"], ["remove", "Alpha"]]
    events = rig.work(copy(base, rig.share / "live.card"), story)
    first = events.index(Mark("done 1"))
    found = single_sectors(events, first, MOST_SECTORS)
    cuts = {f"single-{number}": cut for number, cut in enumerate(found)}
    print(f"{len(cuts)} cards")
    assert len(cuts) > 50
    bad = look_after(cuts, events, story, rig, base)
    assert not bad, "\n".join(f"{name}: {fault}" for name, fault in bad.items())


def test_the_check_would_notice_what_is_not_made_durable(rig: Rig, base: Path) -> None:
    events = rig.work(copy(base, rig.share / "live.card"), STORY, is_careless=True)
    cuts = any_cuts(range(SEED, SEED + 6), len(events) // 2, events)
    assert look_after(cuts, events, STORY, rig, base)


def test_an_instrument_that_is_killed_again_and_again(rig: Rig, tmp_path: Path) -> None:
    """Each time the card, here with the usual clusters, goes on as the cut before left it."""
    card, allowed, again, cuts = tmp_path / "first.card", [Content()], NEXT, 0
    make_card(card, CARD_SHAPE)
    for seed in range(SEED, SEED + KILLS):
        chance = random.Random(seed)
        start = contents(allowed[-1], again)[-1]
        story = list(any_operations(chance, start, WORKS))
        lasts = chance.randint(1, WORKS * EVENTS_OF_ONE)
        live = copy(card, rig.share / "live.card")
        events = rig.work(live, story, first=again, lasts=lasts)
        fault = faults(rig.facts, allowed, again)
        assert not fault, f"seed {seed}, {cuts} cuts since seed {SEED}: {fault}"
        cut = Cut(seed, len(events), chance.choice(sorted(LOSSES)))
        card = cut.card(events, card, rig.share / f"{seed}.card")
        allowed, again = interrupted(start, story, events)
        again += NEXT
        cuts += marks(events)[-1] != "off"
    assert cuts > KILLS // 2
