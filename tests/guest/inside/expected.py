"""What a note has to sound like: the same events rendered offline."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from recorder import from_onset

from device.bounce import Bounce
from device.events import NoteOff, NoteOn, Origin, ParameterSet, TouchMoved
from device.pack.reader import open_pack
from device.performance import FramedEvent
from device.settings import Settings

SETTLED_S = 0.3  # before the note: gains and positions have arrived
ANYBODY = Origin("offline", 0)


@cache
def note_sound(
    pack_path: Path,
    settings: Settings,
    combination: int,
    turns: tuple[float, ...],
    place: tuple[float, float],
    note: int,
    velocity: int,
    seconds: float,
) -> NDArray[np.float32]:
    """A held note from its first sample on: float32 [frames, 2]."""
    begin = round(SETTLED_S * settings.audio.rate_hz)
    end = begin + round(seconds * settings.audio.rate_hz)
    events: list[FramedEvent] = [(0, ParameterSet(i, turn)) for i, turn in enumerate(turns)]
    events += [(0, TouchMoved(*place)), (begin, NoteOn(ANYBODY, note, velocity))]
    events.append((end, NoteOff(ANYBODY, note)))
    with open_pack(pack_path) as pack:
        bounce = Bounce(pack, pack.manifest.combinations[combination], settings)
        sound = np.concatenate(list(bounce.blocks(events, 0.0)))
    return from_onset(sound)[: round((seconds - 0.05) * settings.audio.rate_hz)]
