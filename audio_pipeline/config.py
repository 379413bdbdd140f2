"""Every setting of a build, with its unit, range and default: the only place that has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from device.pack import limits
from device.pack.corners import WEIGHT_LAWS, Corner


@dataclass(frozen=True)
class About:
    """What a setting means and which values it may have."""

    gloss: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackSettings:
    """[pack]: what the pack says of itself."""

    name: Annotated[str, About("shown on the instrument; empty = the file name of the pack")] = ""
    author: Annotated[str, About("who made the pack")] = ""
    licence: Annotated[str, About("terms of the pack, such as CC-BY-4.0")] = ""


@dataclass(frozen=True)
class GridSettings:
    """[grid]: the cells between the corners."""

    size: Annotated[int, About("cells along each side of the pad", *limits.GRID)] = 9
    weights: Annotated[
        str, About("how corners are weighed at a place on the pad", choices=tuple(WEIGHT_LAWS))
    ] = "bilinear"


@dataclass(frozen=True)
class NoteSettings:
    """[notes]: which notes, and how source notes are prepared."""

    pitches: Annotated[
        tuple[int, ...],
        About("MIDI notes, '24:84:4' or a list; empty = those which the sounds have"),
    ] = ()
    fill_pitches: Annotated[
        bool, About("make missing notes from the nearest one, at most 4 semitones away")
    ] = False
    rate_hz: Annotated[int, About("sample rate of the pack", *limits.RATE_HZ)] = 48_000
    length_s: Annotated[float, About("seconds of a source note that are used", 0.1, 30.0)] = 4.0
    tune: Annotated[bool, About("correct notes that are up to 50 cents out of tune")] = True
    loudness_lufs: Annotated[
        float, About("loudness of every source note: its loudest 400 ms", *limits.TARGET_LUFS)
    ] = -23.0
    peak_dbfs: Annotated[
        float, About("a note is made quieter to stay below", *limits.PEAK_DBFS)
    ] = -1.0


@dataclass(frozen=True)
class LoopSettings:
    """[loop]: how held notes go on. Shortened for the whole pack where sounds end early."""

    enabled: Annotated[bool, About("false = every note plays once and ends")] = True
    start_s: Annotated[float, About("seconds from the note's begin to the loop", 0.1, 29.0)] = 1.1
    end_s: Annotated[float, About("seconds from the note's begin to the loop's end", 0.2, 30.0)] = (
        2.85
    )


@dataclass(frozen=True)
class InstrumentSettings:
    """[instruments.NAME]: how the small screens write a sound; empty = made from its name."""

    display: Annotated[str, About("at most 8 characters")] = ""
    abbreviation: Annotated[str, About("2 characters")] = ""


@dataclass(frozen=True)
class BuildSettings:
    """All settings of one build. `corners` None = deal the sounds out by name."""

    pack: PackSettings = PackSettings()
    grid: GridSettings = GridSettings()
    notes: NoteSettings = NoteSettings()
    loop: LoopSettings = LoopSettings()
    corners: Mapping[Corner, tuple[str, ...]] | None = None
    instruments: Mapping[str, InstrumentSettings] = field(default_factory=dict)
