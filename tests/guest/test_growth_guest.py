"""The packs' partition grows to the whole of a card under a real kernel, cut at every moment."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from card_losses import LOSSES
from card_making import MIB, copy, make_card, spoil_room_to_grow
from card_rig import Cut, Rig
from card_story import Content, contents

from sdcard.image.fat_format import CARD_SHAPE

SPARE = 40 * MIB
MOST_CUTS = 12
FIRST = [["install", "Alpha 1"], ["save", 0, "first"], ["install", "Flöte 1"]]
THEN = [["install", "Beta 1"], ["remove", "Alpha"], ["install", "Alpha 2"]]


@pytest.fixture
def card(rig: Rig, tmp_path: Path) -> Path:
    """One that has some packs, and more room than it knows of."""
    path = tmp_path / "card"
    make_card(path, spare=SPARE)
    spoil_room_to_grow(path)
    rig.work(path, FIRST)
    return path


def assert_grown(facts: dict[str, Any], name: str) -> None:
    assert "failed" not in facts, f"{name}: {facts}"
    before = contents(Content(), FIRST)[-1]
    assert Content.of(facts["found"]) == before, name
    assert Content.of(facts["after"]) == contents(before, THEN)[-1], name
    assert facts["bytes"] > 65_525 * 512 + SPARE, f"{name}: {facts['bytes']} bytes"


def test_all_of_a_grown_card_can_be_used(rig: Rig, card: Path) -> None:
    copy(card, rig.share / "card.img")
    rig.run("card_growth", {"card": THEN})
    assert_grown(rig.facts["card"], "card")


def test_a_cut_at_any_moment_of_the_growth(rig: Rig, card: Path) -> None:
    """Each event, and each way to lose what was not confirmed; those that differ."""
    events = rig.run("card_growth", {}, copy(card, rig.share / "live.card"))
    moments = product(range(1, len(events) + 1), sorted(LOSSES), range(6))
    every = [Cut(seed, at, loss) for seed, (at, loss, _) in enumerate(moments)]
    cuts = list({cut.sectors(events): cut for cut in every}.values())
    cuts = random.Random(len(cuts)).sample(cuts, min(MOST_CUTS, len(cuts)))
    print(f"{len(cuts)} of the different cards after {len(every)} cuts")
    assert len(cuts) > 5
    for cut in cuts:
        cut.card(events, card, rig.share / f"{cut.seed}.img")
    rig.run("card_growth", {str(cut.seed): THEN for cut in cuts})
    for cut in cuts:
        assert_grown(rig.facts[str(cut.seed)], str(cut))


def test_a_card_of_the_usual_size(rig: Rig, tmp_path: Path) -> None:
    """With clusters of 32 KiB and room for 64 GB of them; none of it is written in vain."""
    path = tmp_path / "card"
    make_card(path, CARD_SHAPE, spare=64 * 10**9)
    events = rig.run("card_growth", {}, path)
    print(f"growing took {rig.facts['disk']['seconds']:.1f} s and {len(events)} writes")
    assert len(events) < 40
