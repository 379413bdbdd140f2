"""Knobs that follow, wait for or approach a value that something else has set.

A knob is *caught* while its place is the value. After a patch was recalled, or a parameter was set
from afar, the value and the place of the knob differ, and turning it does one of three things:

    jump     the value goes to the knob at once
    pickup   nothing, until the knob passes the value; then it is caught
    scale    the value moves the same way, so that both reach the end of the turn together
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NEAR = 2.5 / 255  # of a turn; a knob of 8 bits that stands still wavers by one step either way


@dataclass(frozen=True)
class Pot:
    """One parameter's value and the knob that sets it."""

    turn: float  # 0..1, what sounds
    physical: float | None = None  # where the knob stands; None while nobody has seen it
    is_caught: bool = True


def moved(pot: Pot, physical: float, takeover: str) -> Pot:
    """The knob now stands at `physical` 0..1. `takeover`: jump, pickup or scale."""
    if pot.is_caught or takeover == "jump":
        return Pot(physical, physical)
    if _passed(pot, physical):
        return Pot(physical, physical)
    if takeover == "scale" and pot.physical is not None:
        return _scaled(pot, pot.physical, physical)
    return replace(pot, physical=physical)


def set_to(pot: Pot, turn: float) -> Pot:
    """Something else set the value; the knob stays where it is."""
    near = pot.physical is not None and abs(pot.physical - turn) <= NEAR
    return Pot(turn, pot.physical, near)


def _passed(pot: Pot, physical: float) -> bool:
    if abs(physical - pot.turn) <= NEAR:
        return True
    return pot.physical is not None and (pot.physical - pot.turn) * (physical - pot.turn) < 0


def _scaled(pot: Pot, before: float, physical: float) -> Pot:
    """Of the way that is left to the knob and to the value, both go the same part."""
    if physical > before:
        turn = 1 - (1 - pot.turn) * (1 - physical) / (1 - before)
    elif physical < before:
        turn = pot.turn * physical / before
    else:
        turn = pot.turn
    return Pot(turn, physical, abs(turn - physical) <= NEAR)
