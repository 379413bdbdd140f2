"""Fields of settings that know their allowed values, and the checks that every table goes through.

A field's metadata tells what is allowed: `choices`; or `low` and `high`, for one number of the type
of its default or for a tuple of `counts` numbers. Without metadata it takes what its default is: a
flag, a text, or a name or None.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar, cast

from device.errors import SettingsError

Record = TypeVar("Record")


def number(default: float, low: float, high: float) -> Any:  # noqa: ANN401
    """A field for a number in low..high, of the type of its default."""
    return field(default=default, metadata={"low": low, "high": high})


def choice(default: str, *choices: str) -> Any:  # noqa: ANN401
    """A field for one of several words."""
    return field(default=default, metadata={"choices": choices})


def numbers(default: tuple[float, ...], low: float, high: float, *counts: int) -> Any:  # noqa: ANN401
    """A field for a list of numbers in low..high; `counts`: how many there may be."""
    return field(default=default, metadata={"low": low, "high": high, "counts": counts})


def check(item: dataclasses.Field[Any], value: object) -> None:
    """Raise SettingsError, naming the field and what is allowed, unless it may have this value."""
    if "choices" in item.metadata:
        if value not in item.metadata["choices"]:
            allowed = ", ".join(item.metadata["choices"])
            raise SettingsError(f"{item.name}: {value!r} is not one of {allowed}")
    elif "counts" in item.metadata:
        _check_list(item, value)
    elif "low" in item.metadata:
        _check_number(item, value, item.default)
    elif isinstance(item.default, bool):
        if not isinstance(value, bool):
            raise SettingsError(f"{item.name}: {value!r} is not true or false")
    elif not isinstance(value, str) and not (value is None and item.default is None):
        raise SettingsError(f"{item.name}: {value!r} is not a name")


def _check_list(item: dataclasses.Field[Any], value: object) -> None:
    counts, usual = item.metadata["counts"], cast(tuple[float, ...], item.default)
    if not isinstance(value, list | tuple) or len(value) not in counts:
        allowed = " or ".join(str(count) for count in counts)
        raise SettingsError(f"{item.name}: {value!r} is not a list of {allowed} numbers")
    for one in value:
        _check_number(item, one, usual[0])


def _check_number(item: dataclasses.Field[Any], value: object, like: object) -> None:
    whole = isinstance(like, int)
    low, high = item.metadata["low"], item.metadata["high"]
    right_type = isinstance(value, int) or (isinstance(value, float) and not whole)
    if isinstance(value, bool) or not right_type:
        raise SettingsError(f"{item.name}: {value!r} is not a {'whole ' if whole else ''}number")
    if not (math.isfinite(value) and low <= value <= high):  # type: ignore[arg-type]
        raise SettingsError(f"{item.name}: {value!r} is outside {low:g}..{high:g}")


@dataclass(frozen=True)
class Section:
    """One table of the file; checks every field when made, also through dataclasses.replace."""

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            check(item, getattr(self, item.name))

    @classmethod
    def from_table(cls, table: object, where: str) -> Self:
        """Build from a TOML table; `where` names it in errors."""
        return from_table(cls, table, where)


def from_table(kind: type[Record], table: object, where: str) -> Record:
    """Any dataclass with such fields, from a TOML table; raises SettingsError naming `where`."""
    if not isinstance(table, dict):
        raise SettingsError(f"{where}: must be a table, not {table!r}")
    items = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    refuse_unknown(table, list(items), where)
    try:
        for name, value in table.items():
            check(items[name], value)
        return kind(**{name: _frozen(value) for name, value in table.items()})
    except SettingsError as error:
        raise SettingsError(f"{where} {error}") from None


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def refuse_unknown(table: dict[str, object], known: list[str], where: str) -> None:
    """Raise SettingsError for a key that is not known, with the nearest that is."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
            raise SettingsError(f"{where}: unknown key {key!r}; {hint}")
