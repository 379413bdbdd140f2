"""Credit notes: `<sound>.toml` beside the source notes says where a sound is from."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from audio_pipeline.errors import SettingsError
from audio_pipeline.settings_reader import known_only
from device.pack.atomic import write_atomic
from device.pack.limits import LONG_TEXT_CHARACTERS
from device.pack.model import Credit

_KEYS = ("sound", "source", "licence")


def write_credit(folder: Path, credit: Credit) -> Path:
    """Write the credit note of one sound into the folder of its notes."""
    values = vars(credit)
    text = "".join(f"{key} = {_quoted(values[key])}\n" for key in _KEYS)
    path = folder / f"{credit.sound}.toml"

    def write(file: BinaryIO) -> None:
        file.write(text.encode())

    write_atomic(path, write)
    return path


def read_credits(folder: Path, sounds: Iterable[str]) -> tuple[Credit, ...]:
    """The credits of those sounds that have a credit note. Raises SettingsError."""
    paths = ((sound, folder / f"{sound}.toml") for sound in sorted(set(sounds)))
    return tuple(_read(path, sound) for sound, path in paths if path.is_file())


def _read(path: Path, sound: str) -> Credit:
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        known_only(table, _KEYS, "")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: not a credit note: {error}") from error
    for key, value in table.items():
        if not isinstance(value, str) or len(value) > LONG_TEXT_CHARACTERS:
            raise SettingsError(f"{path}: {key} must be text of at most {LONG_TEXT_CHARACTERS}")
    return Credit(sound, table.get("source", ""), table.get("licence", ""))


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too, once other controls are gone."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return json.dumps(" ".join(printable.split())[:LONG_TEXT_CHARACTERS], ensure_ascii=False)
