"""What can happen to the instrument, in the past tense: the same from live input and files."""

from __future__ import annotations

from dataclasses import dataclass

BUTTONS = 4  # patch buttons of the panel


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
class TouchLifted:
    """The finger left the pad; the sound stays where it was."""


@dataclass(frozen=True)
class EncoderTurned:
    """The encoder of a corner was turned."""

    corner: int  # index into CORNERS
    steps: int  # detents, clockwise positive


@dataclass(frozen=True)
class ButtonPressed:
    """A patch button went down."""

    button: int  # 0..3


@dataclass(frozen=True)
class ButtonReleased:
    """A patch button came up, or is lost sight of: then it does nothing."""

    button: int  # 0..3
    is_lost: bool = False


@dataclass(frozen=True)
class PotMoved:
    """A pot of the panel was turned by hand: it may have to pick its value up first."""

    pot: int  # index into parameters.PARAMETERS
    turn: float  # 0..1


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
    | TouchLifted
    | EncoderTurned
    | ButtonPressed
    | ButtonReleased
    | PotMoved
    | ParameterSet
    | InstrumentSelected
    | PatchRecalled
    | PatchSaved
    | PackSelected
    | ChannelSelected
    | PageTurned
    | Panicked
    | MidiSeen
    | PortFound
    | PatchStored
    | PacksListed
    | Checked
    | SelfTested
    | Fault
    | FaultCleared
    | CombinationSelected
    | PortLost
)
