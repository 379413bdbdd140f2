"""What keyboards, pedals and other players do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a musical event came from; bend, pedal and controllers belong to one origin."""

    port: str
    channel: int  # 0..15


@dataclass(frozen=True)
class NoteOn:
    """A key went down."""

    origin: Origin
    note: int  # MIDI note number
    velocity: int  # 1..127


@dataclass(frozen=True)
class NoteOff:
    """A key came up."""

    origin: Origin
    note: int


@dataclass(frozen=True)
class Bend:
    """The pitch wheel moved."""

    origin: Origin
    amount: float  # -1..1 of the bend range


@dataclass(frozen=True)
class Sustain:
    """The sustain pedal moved."""

    origin: Origin
    down: bool


@dataclass(frozen=True)
class Control:
    """Any other controller moved."""

    origin: Origin
    controller: int  # 0..127
    value: int  # 0..127


@dataclass(frozen=True)
class ProgramChange:
    """Another program was asked for."""

    origin: Origin
    program: int  # 0..127


@dataclass(frozen=True)
class PortLost:
    """An input went away: whatever it held must be let go."""

    port: str
