"""What can happen to the instrument, in the past tense: the same from live input and files."""

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
class TouchMoved:
    """The finger (or a gesture) is at another place on the pad."""

    x: float  # 0..1, left to right
    y: float  # 0..1, top to bottom


@dataclass(frozen=True)
class CombinationSelected:
    """Another choice of instruments, by its index in the pack, was asked for."""

    index: int


@dataclass(frozen=True)
class PortLost:
    """An input went away: whatever it held must be let go."""

    port: str


Event = (
    NoteOn
    | NoteOff
    | Bend
    | Sustain
    | Control
    | ProgramChange
    | TouchMoved
    | CombinationSelected
    | PortLost
)
