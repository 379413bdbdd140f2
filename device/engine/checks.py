"""Range checks with one wording: the name, the value, what is allowed."""

from __future__ import annotations

import math

from device.engine.errors import CommandError


def number(name: str, value: float, low: float, high: float) -> float:
    """A finite number within low..high, or CommandError."""
    if not (math.isfinite(value) and low <= value <= high):
        raise CommandError(f"{name} is {value!r}, allowed is {low:g} to {high:g}")
    return float(value)


def whole(name: str, value: int, low: int, high: int) -> int:
    """An integer within low..high, or CommandError."""
    if value != int(value) or not low <= value <= high:
        raise CommandError(f"{name} is {value!r}, allowed is a whole number from {low} to {high}")
    return int(value)
