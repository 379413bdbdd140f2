"""The model of a card loses what it may lose, and nothing else; without a kernel."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from card_losses import LOSSES, apply, survivors
from card_model import (
    MARK_SECTOR,
    READY,
    SECTOR_BYTES,
    Card,
    Event,
    Flush,
    Mark,
    Write,
    marks,
    split,
)

SEEDS = range(40)


def sector(value: int, count: int = 1) -> bytes:
    return bytes([value]) * SECTOR_BYTES * count


EVENTS: list[Event] = [
    Write(0, sector(1, 4)),
    Write(1, sector(2)),
    Flush(),
    Mark("done 0"),
    Write(1, sector(3, 2)),
    Write(1, sector(4)),
    Write(9, sector(5)),
]


def content(events: list[Event], loss: str, seed: int) -> dict[int, int]:
    """The first byte of each sector that is on the card after a cut."""
    writes = survivors(events, loss, random.Random(seed))
    return {one.sector: one.data[0] for write in writes for one in split(write)}


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_what_was_flushed_is_never_lost(loss: str) -> None:
    for seed in SEEDS:
        assert content(EVENTS[:4], loss, seed) == {0: 1, 1: 2, 2: 1, 3: 1}
        found = content(EVENTS, loss, seed)
        assert found[0] == found[3] == 1
        assert found[1] in (2, 3, 4)
        assert found[2] in (1, 3)
        assert found.get(9) in (None, 5)


def test_each_loss_loses_what_it_says() -> None:
    assert content(EVENTS, "nothing", 0) == {0: 1, 1: 4, 2: 3, 3: 1, 9: 5}
    assert content(EVENTS, "everything", 0) == {0: 1, 1: 2, 2: 1, 3: 1}
    last = {tuple(sorted(content(EVENTS, "the last ones", seed).items())) for seed in SEEDS}
    assert len(last) == 4  # none, one, two or three of them are there
    orders = {(found[1], found.get(9)) for found in _all("some sectors")}
    assert {(3, 5), (4, None), (2, 5)} < orders  # in any order, too


def _all(loss: str) -> list[dict[int, int]]:
    return [content(EVENTS, loss, seed) for seed in SEEDS]


def test_the_same_seed_gives_the_same_card() -> None:
    for loss in LOSSES:
        assert content(EVENTS, loss, 7) == content(EVENTS, loss, 7)


def test_a_card_notes_what_it_was_told(tmp_path: Path) -> None:
    image, copy = tmp_path / "image", tmp_path / "copy"
    for path in (image, copy):
        path.write_bytes(bytes(SECTOR_BYTES * 100))
    card = Card(image)
    assert (card.sectors, card.worked) == (100, 0)
    card.write(MARK_SECTOR, READY.encode().ljust(SECTOR_BYTES, b"\0"))
    card.write(3, sector(7, 2))
    card.flush()
    assert card.read(4, SECTOR_BYTES) == sector(7)
    assert card.read(MARK_SECTOR, SECTOR_BYTES) == bytes(SECTOR_BYTES)  # it is no part of the card
    assert (card.worked, marks(card.events)) == (3, [READY])
    apply(survivors(card.events, "everything", random.Random(0)), copy)
    assert copy.read_bytes() == image.read_bytes()
    card.close()
