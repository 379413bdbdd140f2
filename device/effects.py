"""What the instrument's state machine wants done, in the imperative: for others to carry out."""

from __future__ import annotations

from dataclasses import dataclass

from device.events import Event, Offer
from device.patches import Patch


@dataclass(frozen=True)
class Play:
    """Let the player handle an event, now."""

    event: Event


@dataclass(frozen=True)
class StorePatch:
    """Write a patch to its slot; PatchStored tells how it went."""

    slot: int
    patch: Patch


@dataclass(frozen=True)
class OpenPack:
    """Open the pack of this place in the list; PackOpened or a Fault tells how it went."""

    index: int


@dataclass(frozen=True)
class ListenTo:
    """Hear this MIDI channel 1..16 from now on, or all for 0."""

    channel: int


@dataclass(frozen=True)
class SoundTestTone:
    """Play a tone that needs no pack."""


@dataclass(frozen=True)
class RunSelfTest:
    """Test all parts; Checked events tell the results."""


@dataclass(frozen=True)
class InstallPack:
    """Put a pack from a stick on the card; InstallMoved and InstallEnded tell how it goes."""

    offer: Offer


@dataclass(frozen=True)
class StopInstall:
    """Give the install up that runs; InstallEnded follows."""


@dataclass(frozen=True)
class RenewToken:
    """Let in only who has another token from now on; AccessChanged tells it."""


Effect = (
    Play
    | StorePatch
    | OpenPack
    | ListenTo
    | SoundTestTone
    | RunSelfTest
    | InstallPack
    | StopInstall
    | RenewToken
)
