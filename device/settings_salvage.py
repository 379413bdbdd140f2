"""What can still be read of a damaged settings file: one table, as safe mode needs it.

A slip in one line costs that line only: tables and lines are taken one by one then.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from device.errors import SettingsError
from device.settings_fields import check, from_table

Record = TypeVar("Record")


def salvaged(path: Path | None, name: str, kind: type[Record]) -> Record:
    """The table of this name with those of its keys that are valid, defaults for all else."""
    try:
        text = path.read_bytes().decode("utf-8", "replace") if path else ""
    except OSError:
        text = ""
    table = _table(text, name)
    items = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    valid = {key: table[key] for key in items if key in table and _is_valid(items[key], table[key])}
    try:
        return from_table(kind, valid, name)
    except SettingsError:  # keys that do not go together
        return kind()


def _is_valid(item: dataclasses.Field[Any], value: object) -> bool:
    try:
        check(item, value)
    except SettingsError:
        return False
    return True


def _table(text: str, name: str) -> dict[str, object]:
    with contextlib.suppress(ValueError):
        found = tomllib.loads(text).get(name)
        return found if isinstance(found, dict) else {}
    lines = list(_lines_of(text, name))
    with contextlib.suppress(ValueError):
        return tomllib.loads("\n".join(lines))
    table: dict[str, object] = {}
    for line in lines:
        with contextlib.suppress(ValueError):
            table |= tomllib.loads(line)
    return table


def _lines_of(text: str, name: str) -> Iterator[str]:
    """From its header to the next."""
    is_within = False
    for line in text.splitlines():
        words = line.partition("#")[0].strip()
        if words.startswith("[") and words.endswith("]"):
            is_within = words[1:-1].strip() == name
        elif is_within:
            yield line
