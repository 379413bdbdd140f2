"""What can happen to the instrument, in the past tense: the same from live input and files."""

from __future__ import annotations

from device.events.access import NO_ACCESS, Access, AccessChanged, Reach
from device.events.hands import (
    BUTTONS,
    ButtonPressed,
    ButtonReleased,
    EncoderTurned,
    PotMoved,
    TouchLifted,
    TouchMoved,
)
from device.events.music import (
    Bend,
    Control,
    NoteOff,
    NoteOn,
    Origin,
    PortLost,
    ProgramChange,
    Sustain,
)
from device.events.news import (
    Checked,
    Fault,
    FaultCleared,
    MidiSeen,
    Noticed,
    PacksListed,
    PatchStored,
    PortFound,
    SelfTested,
)
from device.events.sticks import (
    InstallAsked,
    InstallEnded,
    InstallMoved,
    InstallStopAsked,
    Offer,
    Standing,
    SticksSeen,
)
from device.events.wishes import (
    ChannelSelected,
    CombinationSelected,
    InstrumentSelected,
    PackSelected,
    PageTurned,
    Panicked,
    ParameterSet,
    PatchRecalled,
    PatchSaved,
)

Event = (
    NoteOn
    | NoteOff
    | Bend
    | Sustain
    | Control
    | ProgramChange
    | PortLost
    | TouchMoved
    | TouchLifted
    | EncoderTurned
    | ButtonPressed
    | ButtonReleased
    | PotMoved
    | ParameterSet
    | InstrumentSelected
    | CombinationSelected
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
    | Noticed
    | SticksSeen
    | InstallAsked
    | InstallStopAsked
    | InstallMoved
    | InstallEnded
    | AccessChanged
)

BY_ITSELF = (
    MidiSeen,
    PortFound,
    PatchStored,
    PacksListed,
    Checked,
    SelfTested,
    Fault,
    FaultCleared,
    Noticed,
    InstallMoved,
    AccessChanged,
)
"""What no hand does: a display may stay dim."""

__all__ = [
    "BUTTONS",
    "BY_ITSELF",
    "NO_ACCESS",
    "Access",
    "AccessChanged",
    "Bend",
    "ButtonPressed",
    "ButtonReleased",
    "ChannelSelected",
    "Checked",
    "CombinationSelected",
    "Control",
    "EncoderTurned",
    "Event",
    "Fault",
    "FaultCleared",
    "InstallAsked",
    "InstallEnded",
    "InstallMoved",
    "InstallStopAsked",
    "InstrumentSelected",
    "MidiSeen",
    "NoteOff",
    "NoteOn",
    "Noticed",
    "Offer",
    "Origin",
    "PackSelected",
    "PacksListed",
    "PageTurned",
    "Panicked",
    "ParameterSet",
    "PatchRecalled",
    "PatchSaved",
    "PatchStored",
    "PortFound",
    "PortLost",
    "PotMoved",
    "ProgramChange",
    "Reach",
    "SelfTested",
    "Standing",
    "SticksSeen",
    "Sustain",
    "TouchLifted",
    "TouchMoved",
]
