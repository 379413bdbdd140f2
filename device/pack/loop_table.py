"""The table of loop points, the same in the manifest and in a cell's header."""

from __future__ import annotations

from device.pack import limits
from device.pack.fields import Fields
from device.pack.model import Loop


def loops_to_json(loops: dict[int, Loop]) -> list[dict[str, int]]:
    """The loop table, ascending by pitch."""
    return [{"pitch": pitch, **vars(loop)} for pitch, loop in sorted(loops.items())]


def read_loops(fields: Fields, rate_hz: int, is_later: bool) -> dict[int, Loop]:
    """The loop table at the key 'loops', ascending by pitch."""
    loops: dict[int, Loop] = {}
    most = limits.max_frames(rate_hz)
    for one in fields.each("loops", (0, limits.NOTES[1])):
        pitch = one.integer("pitch", limits.PITCH)
        if loops and pitch <= next(reversed(loops)):
            one.fail("pitch", f"{pitch} is not above {next(reversed(loops))}")
        start = one.integer("start_frame", (0, most - 1))
        loops[pitch] = Loop(start, one.integer("length_frames", (1, most - start)))
        one.finish(ignore_unknown=is_later)
    return loops
