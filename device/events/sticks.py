"""What happens to USB sticks, to the sound packs on them, and to those that are being installed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """How a pack on a stick stands to those on the card."""

    NEW = "new"  # not there
    OTHER = "other"  # another version of it is
    SAME = "same"  # it is there


@dataclass(frozen=True)
class Offer:
    """A sound pack on a USB stick, that may be installed."""

    path: str
    name: str
    pack_id: str
    size_bytes: int  # of a folder with many files an estimate
    standing: Standing


@dataclass(frozen=True)
class SticksSeen:
    """What sticks are plugged in now, and the packs on them; told whenever that changes."""

    sticks: int
    offers: tuple[Offer, ...]
    trouble: str = ""  # why something on them cannot be offered


@dataclass(frozen=True)
class InstallAsked:
    """Installing a pack was asked for, by its place in the list of offers."""

    index: int


@dataclass(frozen=True)
class InstallStopAsked:
    """The install that runs is to be given up."""


@dataclass(frozen=True)
class InstallMoved:
    """An install has come further."""

    written_bytes: int  # safe on the card
    total_bytes: int


@dataclass(frozen=True)
class InstallEnded:
    """The pack is on the card, or why it is not."""

    error: str = ""
