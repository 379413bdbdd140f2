"""Reads what a settings.json of Open NSynth Super says of its pads, in both of its dialects.

The device's file lists four corners in its order. The scripts' file lists the sounds under NW, NE,
SW and SE, and those scripts put SE third in file names: see SCRIPT_ORDERS.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from device.pack import Instrument, limits
from sdcard import upstream_layout as layout
from sdcard.exchange_errors import ForeignFormatError, NothingToImportError
from sdcard.upstream_layout import PadShape

SCRIPT_ORDERS = (("NW", "NE", "SE", "SW"), ("NW", "NE", "SW", "SE"))
"""Which list each part of a file name comes from: as the scripts are, and as repaired ones are."""

_ODD_CHARACTERS = frozenset("/\\\0")

Corners = tuple[tuple[Instrument, ...], ...]
"""For each part of a file name the sounds that may stand there."""


@dataclass(frozen=True)
class UpstreamSettings:
    """What the files do not say of themselves."""

    shape: PadShape
    orders: tuple[Corners, ...]  # one, or several to be tried
    loop: tuple[float, float] | None  # parts of the length; None: notes end


def read_upstream_settings(path: Path) -> UpstreamSettings:
    """Read settings.json; raises NothingToImportError, or ForeignFormatError naming the field."""
    try:
        table = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise NothingToImportError(
            f"{path}: is not there; name the settings.json of these pads with --settings"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ForeignFormatError(f"{path}: not readable as JSON: {error}") from error
    try:
        return _settings(_Fields(table, ""))
    except ForeignFormatError as error:
        raise ForeignFormatError(f"{path}: {error}") from None


def _settings(table: _Fields) -> UpstreamSettings:
    if "pads" in table:
        pads = table.nested("pads")
        lists = {name: _script_sounds(pads.items(name), name) for name in SCRIPT_ORDERS[0]}
        orders = tuple(tuple(lists[name] for name in order) for order in SCRIPT_ORDERS)
        loop = (layout.LOOP_START, layout.LOOP_END)  # the device's default
        return UpstreamSettings(_shape(table, "final_length"), orders, loop)
    if "nsynth" in table and "corners" in table:
        nsynth, corners = table.nested("nsynth"), table.items("corners")
        if len(corners) != 4:
            raise ForeignFormatError(f'"corners" has {len(corners)} entries instead of four')
        sounds = tuple(_device_sounds(one, index) for index, one in enumerate(corners))
        return UpstreamSettings(_shape(nsynth, "length"), (sounds,), _loop(nsynth))
    raise ForeignFormatError('has neither "pads" nor "nsynth" with "corners"')


def _shape(table: _Fields, length: str) -> PadShape:
    rate_hz = table.integer("sampleRate", layout.RATE_HZ, limits.RATE_HZ)
    frames = table.integer(length, layout.FRAMES, (1, limits.max_frames(rate_hz)))
    pitches = table.items("pitches", list(layout.PITCHES))
    low, high = limits.PITCH
    is_rising = all(a < b for a, b in pairwise(pitches))
    if not pitches or not is_rising or not all(low <= pitch <= high for pitch in pitches):
        raise ForeignFormatError(
            f"{table.name('pitches')} {pitches}: must be rising MIDI notes {low}..{high}"
        )
    resolution = table.integer("resolution", layout.RESOLUTION, limits.GRID)
    return PadShape(resolution, tuple(pitches), frames, rate_hz)


def _loop(nsynth: _Fields) -> tuple[float, float] | None:
    if not nsynth.get("looping", layout.LOOPING, bool):
        return None
    start = nsynth.fraction("loopStart", layout.LOOP_START)
    end = nsynth.fraction("loopEnd", layout.LOOP_END)
    return min(start, end), max(start, end)  # that device swaps them too


def _script_sounds(names: list[Any], where: str) -> tuple[Instrument, ...]:
    if not names or not all(type(name) is str and name for name in names):
        raise ForeignFormatError(f'"{where}" must list at least one sound by name')
    return tuple(_instrument(name, "", "") for name in dict.fromkeys(names))


def _device_sounds(corner: object, index: int) -> tuple[Instrument, ...]:
    found = {}
    for one in _Fields(corner, f"corners[{index}].").items("instruments"):
        fields = _Fields(one, f"corners[{index}].instruments.")
        name = fields.get("name", None, str)
        found[name] = _instrument(name, fields.get("display", "", str), fields.get("abbr", "", str))
    if not found:
        raise ForeignFormatError(f'"corners[{index}].instruments" is empty')
    return tuple(found.values())


def _instrument(name: str, display: str, abbreviation: str) -> Instrument:
    """Short names in our lengths; the name itself serves where there are none."""
    if len(name) > limits.TEXT_CHARACTERS or not _ODD_CHARACTERS.isdisjoint(name):
        raise ForeignFormatError(f"sound {name[:40]!r} cannot be part of a file name")
    most, letters = limits.DISPLAY_CHARACTERS, limits.ABBREVIATION_CHARACTERS
    shown = display if len(display) <= most else display.replace(" ", "")
    short = (abbreviation or name).upper()[:letters].ljust(letters, "_")
    return Instrument(name, (shown or name.upper())[:most], short)


class _Fields:
    """A JSON object whose fields are checked as they are read."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise ForeignFormatError(f"{where or 'the whole'} must be a JSON object")
        self._value, self._where = value, where

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def name(self, key: str) -> str:
        """How messages call a field."""
        return f'"{self._where}{key}"'

    def get(self, key: str, default: Any, kind: type) -> Any:  # noqa: ANN401 (checked here)
        value = self._value.get(key, default)
        if type(value) is not kind or (value == "" and default is None):
            raise ForeignFormatError(f"{self.name(key)} = {value!r} is not {kind.__name__}")
        return value

    def nested(self, key: str) -> _Fields:
        return _Fields(self._value[key], f"{key}.")

    def items(self, key: str, default: list[int] | None = None) -> list[Any]:
        found: list[Any] = self.get(key, default, list)
        if default is not None and not all(type(item) is int for item in found):
            raise ForeignFormatError(f"{self.name(key)} must hold whole numbers")
        return found

    def integer(self, key: str, default: int, allowed: tuple[int, int]) -> int:
        number: int = self.get(key, default, int)
        if not allowed[0] <= number <= allowed[1]:
            raise ForeignFormatError(
                f"{self.name(key)} = {number} is not within {allowed[0]}..{allowed[1]}"
            )
        return number

    def fraction(self, key: str, default: float) -> float:
        number = self._value.get(key, default)
        if type(number) not in (int, float) or not 0 <= number <= 1:
            raise ForeignFormatError(f"{self.name(key)} = {number!r} is not within 0..1")
        return float(number)
