"""What is asked for by whoever has no knobs and buttons of the panel: remotes, MIDI, files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ParameterSet:
    """A parameter was set by something that has no position of its own: MIDI, OSC, a web page."""

    parameter: int  # index into parameters.PARAMETERS
    turn: float  # 0..1, as a pot would stand


@dataclass(frozen=True)
class InstrumentSelected:
    """An instrument was asked for at one corner."""

    corner: int  # index into CORNERS
    index: int  # of the corner's list in the pack


@dataclass(frozen=True)
class CombinationSelected:
    """Another choice of instruments, by its index in the pack, was asked for."""

    index: int


@dataclass(frozen=True)
class PatchRecalled:
    """A stored patch was asked for."""

    slot: int  # 0..127


@dataclass(frozen=True)
class PatchSaved:
    """Saving the present sound as a patch was asked for."""

    slot: int  # 0..127


@dataclass(frozen=True)
class PackSelected:
    """Another pack was asked for, by its place in the list of packs."""

    index: int


@dataclass(frozen=True)
class ChannelSelected:
    """Another MIDI channel was asked for."""

    channel: int  # 1..16, or 0 for all


@dataclass(frozen=True)
class PageTurned:
    """The system pages were asked for: the next one, or back to playing."""

    forward: bool


@dataclass(frozen=True)
class Panicked:
    """Silence was asked for: every note and pedal of every input is let go at once."""
