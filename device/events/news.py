"""What happens by itself: a display may stay dim."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MidiSeen:
    """A MIDI message came in, whether or not it is for this instrument."""

    port: str
    text: str  # for the monitor: "1 on C4 100"
    is_heard: bool  # it is on the channel that is listened to


@dataclass(frozen=True)
class PortFound:
    """An input is there and listened to."""

    port: str


@dataclass(frozen=True)
class PatchStored:
    """A patch was written to its slot, or could not be: then `error` says why."""

    slot: int
    error: str = ""


@dataclass(frozen=True)
class PacksListed:
    """What packs there are now: (name, pack id) each."""

    packs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Checked:
    """The self-test came to a result, or began with a part ("...")."""

    part: str
    result: str  # "PASS", "FAIL", "NONE" or "..."
    detail: str


@dataclass(frozen=True)
class SelfTested:
    """The self-test is over."""


@dataclass(frozen=True)
class Fault:
    """A part does not work; the same part again replaces what was said of it."""

    part: str  # "panel", "oled", "DIN MIDI", "sound", "pack", "patches", ...
    text: str


@dataclass(frozen=True)
class FaultCleared:
    """A part works again."""

    part: str


@dataclass(frozen=True)
class Noticed:
    """Something the musician should know once, although all works."""

    text: str
