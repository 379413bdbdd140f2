"""What a card loses when its power is cut: any of the writes that it had not confirmed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from card_model import SECTOR_BYTES, Event, Flush, Write, split

Loss = Callable[[list[Write], random.Random], list[Write]]


def _nothing(pending: list[Write], _: random.Random) -> list[Write]:
    return pending


def _everything(_: list[Write], __: random.Random) -> list[Write]:
    return []


def _the_last_ones(pending: list[Write], chance: random.Random) -> list[Write]:
    return pending[: chance.randint(0, len(pending))]


def _some_writes(pending: list[Write], chance: random.Random) -> list[Write]:
    kept = chance.random()
    return [write for write in pending if chance.random() < kept]


def _some_sectors(pending: list[Write], chance: random.Random) -> list[Write]:
    """Any of them, and of a sector that was written twice, any of its contents."""
    kept = chance.random()
    sectors = [sector for write in pending for sector in split(write) if chance.random() < kept]
    chance.shuffle(sectors)
    return sectors


LOSSES: dict[str, Loss] = {
    "nothing": _nothing,
    "everything": _everything,
    "the last ones": _the_last_ones,
    "some writes": _some_writes,
    "some sectors": _some_sectors,
}


def survivors(events: Sequence[Event], loss: str, chance: random.Random) -> list[Write]:
    """What a card has on its flash after a cut that followed these events, in order."""
    flushed = max((i for i, event in enumerate(events) if isinstance(event, Flush)), default=0)
    sure = [event for event in events[:flushed] if isinstance(event, Write)]
    pending = [event for event in events[flushed:] if isinstance(event, Write)]
    return sure + LOSSES[loss](pending, chance)


def single_sectors(
    events: Sequence[Event], first: int, most: int
) -> Iterator[tuple[int, list[Write]]]:
    """(events before, what is on the flash) where only one sector was saved or lost between two
    flushes, both after event `first`; not of more than `most` sectors.
    """
    flushes = [at for at, event in enumerate(events) if isinstance(event, Flush) and at >= first]
    for begin, end in pairwise(flushes):
        sure = [event for event in events[:begin] if isinstance(event, Write)]
        written = [event for event in events[begin:end] if isinstance(event, Write)]
        pending = [one for write in written for one in split(write)]
        sectors = {one.sector for one in pending}
        if len(sectors) <= most:
            for sector in sorted(sectors):
                yield begin, sure + [one for one in pending if one.sector == sector]
                yield begin, sure + [one for one in pending if one.sector != sector]


def apply(writes: Sequence[Write], image: Path) -> None:
    """Write them to a copy of the card as it was at first."""
    with image.open("r+b") as file:
        for write in writes:
            file.seek(write.sector * SECTOR_BYTES)
            file.write(write.data)
