"""The six parameters that the six pots set: their order, ranges, laws and how they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from device.mapping import pot_seconds

SHORTEST_S = 0.001
LONGEST_TIME_S = 10.0
LONGEST_RELEASE_S = 20.0
VOLUME_RANGE_DB = 60.0  # of the volume pot above silence; full turn is the settings' master gain


@dataclass(frozen=True)
class Parameter:
    """One parameter of the sound."""

    name: str  # in patches, OSC addresses and settings
    label: str  # on a screen, at most 8 characters
    longest_s: float | None = None  # for times: the time at full turn


PARAMETERS = (
    Parameter("position", "Position"),
    Parameter("attack", "Attack", LONGEST_TIME_S),
    Parameter("decay", "Decay", LONGEST_TIME_S),
    Parameter("sustain", "Sustain"),
    Parameter("release", "Release", LONGEST_RELEASE_S),
    Parameter("volume", "Volume"),
)
"""In the order of the pots, from left to right."""

POSITION, ATTACK, DECAY, SUSTAIN, RELEASE, VOLUME = range(len(PARAMETERS))
BY_NAME = {parameter.name: index for index, parameter in enumerate(PARAMETERS)}


def seconds(parameter: int, turn: float) -> float:
    """The time that a time parameter means at a turn 0..1; a turn of 0 is no time at all."""
    longest_s = PARAMETERS[parameter].longest_s
    assert longest_s is not None, "only times have seconds"
    return 0.0 if turn <= 0 else pot_seconds(turn, SHORTEST_S, longest_s)


def turn_of_seconds(parameter: int, time_s: float) -> float:
    """The turn 0..1 that means a time; the inverse of `seconds`, clamped."""
    longest_s = PARAMETERS[parameter].longest_s
    assert longest_s is not None, "only times have seconds"
    if time_s <= SHORTEST_S:
        return 0.0
    return min(1.0, math.log(time_s / SHORTEST_S) / math.log(longest_s / SHORTEST_S))


def volume_gain(turn: float) -> float:
    """The linear gain of the volume pot: silence at 0, then even in dB, 1 at full turn."""
    return 0.0 if turn <= 0 else float(10 ** (VOLUME_RANGE_DB * (min(turn, 1.0) - 1) / 20))


def written(parameter: int, turn: float) -> str:
    """A value as a screen writes it: "250 ms", "1.5 s", "-12 dB", "75 %"."""
    if PARAMETERS[parameter].longest_s is not None:
        time_s = seconds(parameter, turn)
        if time_s < 1:
            return f"{time_s * 1e3:.0f} ms"
        return f"{time_s:.1f} s"
    if parameter == VOLUME:
        return "off" if turn <= 0 else f"{VOLUME_RANGE_DB * (turn - 1):.0f} dB"
    return f"{turn * 100:.0f} %"
