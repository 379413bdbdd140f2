"""Reads settings from TOML (or options) into the frozen records of config.py, strictly."""

from __future__ import annotations

import difflib
import math
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from audio_pipeline.config import (
    About,
    BuildSettings,
    GridSettings,
    InstrumentSettings,
    LoopSettings,
    NoteSettings,
    PackSettings,
)
from audio_pipeline.errors import SettingsError
from audio_pipeline.pitches import check_pitches, parse_pitches
from device.pack.corners import CORNERS, Corner

Section = TypeVar(
    "Section", PackSettings, GridSettings, NoteSettings, LoopSettings, InstrumentSettings
)
_ROOMS = {"pack": PackSettings, "grid": GridSettings, "notes": NoteSettings, "loop": LoopSettings}


def read_toml(path: Path) -> BuildSettings:
    """Settings of a TOML file; SettingsError names the file, the key and what is allowed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {_reason(error)}") from error
    try:
        return settings_from(table)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def settings_from(table: Mapping[str, Any]) -> BuildSettings:
    """Settings of a parsed TOML document."""
    known_only(table, [*_ROOMS, "corners", "instruments"], "")
    settings = override(BuildSettings(), {room: table.get(room, {}) for room in _ROOMS})
    corners = None if "corners" not in table else _corners(table["corners"])
    instruments = {
        sound_key(name): section(InstrumentSettings, value, f"instruments.{name}")
        for name, value in _table(table.get("instruments", {}), "instruments").items()
    }
    return replace(settings, corners=corners, instruments=instruments)


def override(settings: BuildSettings, changes: Mapping[str, Mapping[str, Any]]) -> BuildSettings:
    """`settings` with some values of some sections replaced, all checked like a file's."""
    rooms: dict[str, Any] = {}
    for room, values in changes.items():
        before = asdict(getattr(settings, room))
        rooms[room] = section(_ROOMS[room], before | dict(_table(values, room)), room)
    changed = replace(settings, **rooms)
    if changed.loop.end_s <= changed.loop.start_s:
        raise SettingsError(
            f"loop.end_s = {changed.loop.end_s} must be after loop.start_s = {changed.loop.start_s}"
        )
    return changed


def section(cls: type[Section], table: object, where: str) -> Section:
    """One section's record; every value has its type and range checked."""
    values = _table(table, where)
    known_only(values, [entry.name for entry in fields(cls)], where)
    hints = get_type_hints(cls, include_extras=True)
    checked: dict[str, Any] = {
        key: _value(hints[key], value, f"{where}.{key}") for key, value in values.items()
    }
    return cls(**checked)


def known_only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """SettingsError for the first key that is not known, with the nearest ones that are."""
    known = list(known)
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=2, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
            raise SettingsError(f"unknown setting {where + '.' if where else ''}{key}; {hint}")


def sound_key(name: str) -> str:
    """A sound's name in the one Unicode form (NFC) in which names are compared."""
    return unicodedata.normalize("NFC", name)


def _corners(table: object) -> dict[Corner, tuple[str, ...]]:
    values = _table(table, "corners")
    roles = [corner.value for corner in CORNERS]
    known_only(values, roles, "corners")
    corners = {}
    for role in roles:
        names = values.get(role)
        if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
            raise SettingsError(f"corners.{role} must be a list with at least one sound's name")
        corners[Corner(role)] = unique_sounds(names, f"corners.{role}")
    return corners


def unique_sounds(names: Iterable[str], where: str) -> tuple[str, ...]:
    """The names in their one Unicode form; SettingsError when one is listed twice."""
    keys = tuple(sound_key(name) for name in names)
    for key in keys:
        if keys.count(key) > 1:
            raise SettingsError(f"{where} lists {key!r} twice")
    return keys


def _value(hint: object, value: object, where: str) -> object:
    kind, about = get_args(hint)
    if kind is int or kind is float:
        return _number(kind, about, value, where)
    if kind is bool or kind is str:
        if not isinstance(value, kind):
            raise SettingsError(f"{where} = {value!r} must be {_KINDS[kind]}")
        if about.choices and value not in about.choices:
            raise SettingsError(f"{where} = {value!r} must be one of {', '.join(about.choices)}")
        return value
    return _pitches(value, where)


_KINDS: dict[object, str] = {
    bool: "true or false",
    str: "text",
    int: "a whole number",
    float: "a number",
}


def _number(kind: type[int] | type[float], about: About, value: object, where: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or (kind is int and not isinstance(value, int)):
        raise SettingsError(f"{where} = {value!r} must be {_KINDS[kind]}")
    assert isinstance(value, int | float)
    if not (about.low or 0.0) <= value <= (about.high or 0.0):
        raise SettingsError(f"{where} = {value} must be {about.low:g}..{about.high:g}")
    return kind(value)


def _pitches(value: object, where: str) -> tuple[int, ...]:
    if value in ((), []):
        return ()
    if isinstance(value, str):
        return parse_pitches(value)
    if isinstance(value, list | tuple) and all(type(pitch) is int for pitch in value):
        return check_pitches(value)
    raise SettingsError(f"{where} = {value!r} must be text such as '24:84:4' or a list of integers")


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where} must be a table, [{where}]")
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"not readable as TOML: {error}"
