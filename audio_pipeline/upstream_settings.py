"""Reads the settings.json of Open NSynth Super, in the dialects of its scripts and its device.

The scripts' file (audio/settings.json) lists sounds under NW, NE, SW and SE. The names say where
a sound should be, but those scripts then put the list called SE at the bottom left and SW at the
bottom right. `corner_names` says which of the two the user wants: `as_named` (the default: SW is
the bottom left) or `as_upstream_sounds` (as packs made by those scripts sound on the device).
The device's own file has four unnamed corners: top left, top right, bottom left, bottom right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from audio_pipeline.config import BuildSettings
from audio_pipeline.errors import SettingsError
from audio_pipeline.settings_reader import override, settings_from, sound_key, unique_sounds
from device.pack.corners import CORNERS, Corner

CORNER_NAMES = ("as_named", "as_upstream_sounds")
_AS_NAMED = {
    "NW": Corner.TOP_LEFT,
    "NE": Corner.TOP_RIGHT,
    "SW": Corner.BOTTOM_LEFT,
    "SE": Corner.BOTTOM_RIGHT,
}
_AS_UPSTREAM_SOUNDS = _AS_NAMED | {"SE": Corner.BOTTOM_LEFT, "SW": Corner.BOTTOM_RIGHT}
_NSYNTH_RATE_HZ = 16_000
_DISPLAY_CHARACTERS = 8


def read_upstream(path: Path, corner_names: str = "as_named") -> tuple[BuildSettings, list[str]]:
    """Settings of an upstream settings.json, and remarks on how it was understood.

    Raises SettingsError naming the file and the field.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: not readable as JSON: {error}") from error
    try:
        return upstream_settings_from(table, corner_names)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def upstream_settings_from(
    table: object, corner_names: str = "as_named"
) -> tuple[BuildSettings, list[str]]:
    """Settings of a parsed settings.json in either dialect."""
    if isinstance(table, dict) and "pads" in table:
        return _from_scripts(table, corner_names)
    if isinstance(table, dict) and "corners" in table and "nsynth" in table:
        return _from_device(table)
    raise SettingsError(
        'this is not a settings.json of Open NSynth Super: it has neither "pads" '
        'nor "corners" with "nsynth"'
    )


def _from_scripts(table: Mapping[str, Any], corner_names: str) -> tuple[BuildSettings, list[str]]:
    if corner_names not in CORNER_NAMES:
        raise SettingsError(f"corner names {corner_names!r}: must be one of {CORNER_NAMES}")
    places = _AS_NAMED if corner_names == "as_named" else _AS_UPSTREAM_SOUNDS
    pads = _typed(table, "pads", dict, "a table of corner lists")
    found = {places[key]: _names(pads, key) for key in places}
    corners = {corner.value: list(found[corner]) for corner in CORNERS}
    settings = settings_from({"corners": corners})
    settings = _common(settings, table, "final_length", _NSYNTH_RATE_HZ)
    south_west = "bottom left" if corner_names == "as_named" else "bottom right"
    return settings, [
        f"corners: SW is the {south_west} ({corner_names}); "
        "--upstream-corners chooses between as_named and as_upstream_sounds"
    ]


def _from_device(table: Mapping[str, Any]) -> tuple[BuildSettings, list[str]]:
    nsynth = _typed(table, "nsynth", dict, "a table")
    rate_hz = _number(nsynth, "sampleRate", _NSYNTH_RATE_HZ, lambda value: 1000 <= value <= 200_000)
    corners = _typed(table, "corners", list, "a list of four corners")
    if len(corners) != len(CORNERS):
        raise SettingsError(f'"corners" has {len(corners)} entries instead of four')
    names: dict[str, list[str]] = {}
    instruments: dict[str, dict[str, str]] = {}
    remarks: list[str] = []
    for corner, entry in zip(CORNERS, corners, strict=True):
        listed = _instruments(entry, f"corner {corner.value}", remarks)
        names[corner.value] = [name for name, _ in listed]
        instruments |= dict(listed)
    settings = settings_from({"corners": names, "instruments": instruments})
    settings = _common(settings, nsynth, "length", rate_hz)
    return _loop(settings, nsynth, remarks), [
        "corners: in the device's order, top left, top right, bottom left, bottom right",
        f"sample rate: {settings.notes.rate_hz} Hz; --rate {rate_hz:.0f} would keep theirs",
        *remarks,
    ]


def _common(
    settings: BuildSettings, table: Mapping[str, Any], length_key: str, rate_hz: float
) -> BuildSettings:
    """Grid, pitches and length; the length in samples becomes seconds, the rate stays ours."""
    changes: dict[str, dict[str, Any]] = {"grid": {}, "notes": {}}
    if "resolution" in table:
        changes["grid"]["size"] = table["resolution"]
    if "pitches" in table:
        changes["notes"]["pitches"] = table["pitches"]
    if length_key in table:
        frames = _number(table, length_key, 0, lambda value: value > 0)
        changes["notes"]["length_s"] = frames / rate_hz
    return override(settings, changes)


def _loop(settings: BuildSettings, table: Mapping[str, Any], remarks: list[str]) -> BuildSettings:
    """The device's loop points are fractions of a note's length."""
    changes: dict[str, Any] = {}
    if "looping" in table:
        changes["enabled"] = table["looping"]
    for key, ours in (("loopStart", "start_s"), ("loopEnd", "end_s")):
        if key in table:
            fraction = _number(table, key, 0, lambda value: 0 < value <= 1)
            changes[ours] = fraction * settings.notes.length_s
            remarks.append(f"loop: {key} {fraction:g} = {changes[ours]:.3f} s")
    return override(settings, {"loop": changes})


def _instruments(entry: object, where: str, remarks: list[str]) -> list[tuple[str, dict[str, str]]]:
    """(sound, how it is shown) for each instrument of one corner."""
    if not isinstance(entry, dict):
        raise SettingsError(f'{where} must be a table with "instruments"')
    listed = []
    for record in _typed(entry, "instruments", list, "a list"):
        if not isinstance(record, dict):
            raise SettingsError(f"{where}: each instrument must be a table with a name")
        name: str = _typed(record, "name", str, "text")
        display: str = _typed({"display": "", **record}, "display", str, "text")
        abbreviation: str = _typed({"abbr": "", **record}, "abbr", str, "text")
        short = _shortened(display)
        if short != display:
            remarks.append(f"{name}: display {display!r} shortened to {short!r}")
        listed.append((sound_key(name), {"display": short, "abbreviation": abbreviation}))
    return listed


def _shortened(display: str) -> str:
    """At most 8 characters: without spaces and dots first, then cut."""
    if len(display) > _DISPLAY_CHARACTERS:
        display = display.replace(" ", "")
    return display[:_DISPLAY_CHARACTERS]


def _names(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = _typed(table, key, list, "a list of sounds")
    if not names or not all(isinstance(name, str) for name in names):
        raise SettingsError(f'"{key}" must list at least one sound by name')
    return unique_sounds(names, f'"{key}"')


def _typed(table: Mapping[str, Any], key: str, kind: type, what: str) -> Any:  # noqa: ANN401 - checked here
    if not isinstance(table.get(key), kind):
        raise SettingsError(f'"{key}" must be {what}')
    return table[key]


def _number(
    table: Mapping[str, Any], key: str, default: float, good: Callable[[float], bool]
) -> float:
    value = table.get(key, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not good(value):
        raise SettingsError(f'"{key}" = {value!r} is out of range')
    return float(value)
