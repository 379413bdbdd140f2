"""What the sticks offer: finds their packs, and how each stands to those on the card.

A stick is a folder of the place where sticks are mounted. Packs lie at its top or one folder down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from device import shelf
from device.events import Offer, Standing
from device.pack.errors import PackError
from device.pack.reader import Pack, open_pack
from device.usb.traits import fingerprint, size_bytes

Signature = tuple[tuple[str, shelf.Signature], ...]


@dataclass(frozen=True)
class Found:
    """The offers of all sticks."""

    offers: tuple[Offer, ...]
    trouble: str  # why others cannot be offered, "" if there are none


def sticks_in(place: Path) -> tuple[Path, ...]:
    """The sticks that are plugged in; a folder that is empty waits for one to be mounted."""
    try:
        return tuple(sorted(path for path in place.iterdir() if _is_stick(path)))
    except OSError:
        return ()


def _is_stick(path: Path) -> bool:
    try:
        return path.is_mount() or (path.is_dir() and any(path.iterdir()))
    except OSError:  # pulled out just now
        return False


def signature(sticks: tuple[Path, ...]) -> Signature:
    """Changes when packs come, go or are replaced on any stick."""
    return tuple((str(place), shelf.signature(place)) for place in _places(sticks))


def _places(sticks: tuple[Path, ...]) -> Iterator[Path]:
    """Folders that may hold packs."""
    for stick in sticks:
        yield stick
        try:
            folders = sorted(path for path in stick.iterdir() if path.is_dir())
        except OSError:
            continue
        yield from (path for path in folders if not path.name.startswith("."))


def find_offers(sticks: tuple[Path, ...], on_card: Mapping[str, str]) -> Found:
    """All packs of the sticks, by name; `on_card` gives the fingerprint of each pack id there."""
    offers: list[Offer] = []
    troubles: list[str] = []
    for path in _candidates(sticks):
        try:
            with open_pack(path) as pack:
                offers.append(_offer(pack, on_card))
        except (PackError, OSError) as error:
            troubles.append(_short(str(error), sticks))
    offers.sort(key=lambda offer: (offer.name.casefold(), offer.path))
    return Found(tuple(offers), "; ".join(troubles))


def _candidates(sticks: tuple[Path, ...]) -> Iterator[Path]:
    for place in _places(sticks):
        try:
            candidates = shelf.candidates(place)
        except OSError:
            continue
        yield from (path for path in candidates if path != place or place in sticks)


def _offer(pack: Pack, on_card: Mapping[str, str]) -> Offer:
    pack_id = pack.manifest.pack_id
    there = on_card.get(pack_id)
    standing = Standing.NEW
    if there is not None:
        standing = Standing.SAME if there == fingerprint(pack) else Standing.OTHER
    return Offer(str(pack.path), pack.manifest.name, pack_id, size_bytes(pack), standing)


def _short(text: str, sticks: tuple[Path, ...]) -> str:
    """Without the folder that all sticks are in: a display has few letters."""
    for stick in sticks:
        text = text.replace(f"{stick.parent}/", "")
    return text
