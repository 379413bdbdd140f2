"""The table of loop points, the same in the manifest and in a cell's header."""

from __future__ import annotations

from collections.abc import Mapping

from device.pack import limits
from device.pack.fields import Fields
from device.pack.model import Loop


def loops_to_json(loops: Mapping[int, Loop]) -> list[dict[str, int]]:
    """The loop table, ascending by pitch."""
    return [{"pitch": pitch, **vars(loop)} for pitch, loop in sorted(loops.items())]


def read_loops(fields: Fields, rate_hz: int) -> dict[int, Loop]:
    """The loop table at the key 'loops', ascending by pitch."""
    loops: dict[int, Loop] = {}
    last_pitch = -1
    most = limits.max_frames(rate_hz)
    for one in fields.each("loops", (0, limits.NOTES[1])):
        pitch = one.integer("pitch", limits.PITCH)
        start = one.integer("start_frame", (0, most - 1))
        length = one.integer("length_frames", (1, most - start))
        one.finish()
        if pitch <= last_pitch:
            one.fail("pitch", f"{pitch} is not above {last_pitch}")
        last_pitch = pitch
        loops[pitch] = Loop(start, length)
    return loops
