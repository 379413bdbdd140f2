"""Pure arithmetic between what hands do and what the engine is told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from device.pack.places import nearest_pitch

BEND_CENTRE = 8192  # of the 14-bit pitch wheel
VOLUME_AT_POWER_UP = 100  # controller 7 of the General MIDI specification; our unity gain
LAST_START = 0.98  # start position 1 still leaves a little sound to play


def pitch_zones(note: int, pitches: Sequence[int]) -> tuple[tuple[int, float], ...]:
    """(stored pitch, gain) of the one or two pitches around a note, of constant power together.

    On a stored pitch and beyond the outermost ones only that pitch sounds.
    """
    below = max((pitch for pitch in pitches if pitch <= note), default=None)
    above = min((pitch for pitch in pitches if pitch >= note), default=None)
    if below is None or above is None or below == above:
        return ((nearest_pitch(note, pitches), 1.0),)
    angle = (note - below) / (above - below) * math.pi / 2
    return (below, math.cos(angle)), (above, math.sin(angle))


def playback_step(semitones: float, source_rate_hz: float, output_rate_hz: float) -> float:
    """Source frames per output frame that transpose by `semitones`."""
    return float(source_rate_hz / output_rate_hz * 2.0 ** (semitones / 12))


def velocity_gain(velocity: int, curve: str) -> float:
    """Gain of a key velocity 1..127: `natural` (the squared law of MIDI), `linear`, `fixed`."""
    exponent = {"natural": 2, "linear": 1, "fixed": 0}[curve]
    return float((velocity / 127) ** exponent)


def controller_gain(value: int, unity: int = 127) -> float:
    """Gain of a volume-like controller 0..127 that is 1 at `unity`: the squared law of MIDI."""
    return (value / unity) ** 2


def bend_amount(wheel: int) -> float:
    """A 14-bit pitch wheel value 0..16383 as -1..1; both ends and the centre are exact."""
    offset = wheel - BEND_CENTRE
    return offset / BEND_CENTRE if offset < 0 else offset / (BEND_CENTRE - 1)


def pan_position(value: int) -> float:
    """Controller 10 as -1..1; its centre 64 and both ends are exact."""
    return max(-1.0, (value - 64) / 63)


def start_frame(position: float, frames: int) -> float:
    """The source frame where a note begins, from a start position 0..1 and its stored frames."""
    return position * LAST_START * frames


def pot_seconds(turn: float, shortest_s: float, longest_s: float) -> float:
    """A dial 0..1 as a time: equal turns multiply it equally, from shortest_s > 0 to longest_s."""
    return float(shortest_s * (longest_s / shortest_s) ** min(max(turn, 0.0), 1.0))


def decibels_to_gain(level_db: float) -> float:
    """Amplitude factor of a level in dB."""
    return float(10 ** (level_db / 20))
