"""All settings as a TOML text with their defaults and what they mean, to begin a file from."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import get_args, get_type_hints

from audio_pipeline.config import About, BuildSettings, InstrumentSettings
from device.pack.corners import CORNERS

_SECTIONS = ("pack", "grid", "notes", "loop")


def settings_template() -> str:
    """TOML that settings_reader reads as the defaults; corners and instruments as comments."""
    defaults = BuildSettings()
    parts = [_section(f"[{name}]", getattr(defaults, name), "") for name in _SECTIONS]
    corners = [f'# {corner.value} = ["sound"]' for corner in CORNERS]
    comment = "# [corners]  # sounds per corner; without this they are dealt out by name"
    parts.append("\n".join([comment, *corners]) + "\n")
    parts.append(_section('# [instruments."sound"]', InstrumentSettings(), "# "))
    return "\n".join(parts)


def _section(header: str, record: object, prefix: str) -> str:
    hints = get_type_hints(type(record), include_extras=True)
    lines = [header]
    for entry in fields(record):  # type: ignore[arg-type]
        _, about = get_args(hints[entry.name])
        value = _toml(getattr(record, entry.name))
        lines.append(f"{prefix}{entry.name} = {value}  # {_meaning(about)}")
    return "\n".join(lines) + "\n"


def _meaning(about: About) -> str:
    if about.choices:
        return f"{about.gloss}: {' or '.join(about.choices)}"
    if about.low is not None:
        return f"{about.gloss}; {about.low:g}..{about.high:g}"
    return about.gloss


def _toml(value: object) -> str:
    return "[]" if value == () else json.dumps(value)
