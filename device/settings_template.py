"""All settings of the player as TOML, with what each may be: a file to start from."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from device.settings import Settings


def settings_template(settings: Settings | None = None) -> str:
    """A settings file that says what these settings (default: the defaults) are."""
    settings = settings or Settings()
    lines = [
        "# Settings of latentpad-device: give the file with --settings, leave out what you like."
    ]
    for section in dataclasses.fields(settings):
        lines += ["", f"[{section.name}]"]
        table = getattr(settings, section.name)
        lines += [_line(item, getattr(table, item.name)) for item in dataclasses.fields(table)]
    return "\n".join(lines) + "\n"


def _line(item: dataclasses.Field[Any], value: object) -> str:
    allowed = _allowed(item)
    comment = f"  # {allowed}" if allowed else ""
    if value is None:
        return f'# {item.name} = ""{comment}'
    return f"{item.name} = {_toml(value)}{comment}"


def _toml(value: object) -> str:
    """Numbers, texts, flags and lists are written alike in TOML and JSON."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _allowed(item: dataclasses.Field[Any]) -> str:
    if "choices" in item.metadata:
        return " | ".join(item.metadata["choices"])
    if "low" not in item.metadata:
        return ""
    limits = f"{item.metadata['low']:g} .. {item.metadata['high']:g}"
    if "counts" not in item.metadata:
        return limits
    counts = " or ".join(str(count) for count in item.metadata["counts"])
    return f"{counts} of {limits}"
