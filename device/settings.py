"""All settings of the player: frozen records read from one TOML file; the only place with defaults.

Every field carries its allowed range; an unknown key, a wrong type or a value out of range is a
SettingsError that names the key, the value and what is allowed.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from device.engine.quality import INTERPOLATIONS, Interpolation
from device.errors import SettingsError, SettingsNotFoundError


def _number(default: float, low: float, high: float) -> Any:  # noqa: ANN401
    """A field for a number in low..high, of the type of its default."""
    return field(default=default, metadata={"low": low, "high": high})


def _choice(default: str, *choices: str) -> Any:  # noqa: ANN401
    """A field for one of several words."""
    return field(default=default, metadata={"choices": choices})


def _check(item: dataclasses.Field[Any], value: object) -> None:
    if "choices" in item.metadata:
        if value not in item.metadata["choices"]:
            allowed = ", ".join(item.metadata["choices"])
            raise SettingsError(f"{item.name}: {value!r} is not one of {allowed}")
    elif "low" in item.metadata:
        _check_number(item, value)
    elif value is not None and not isinstance(value, str):
        raise SettingsError(f"{item.name}: {value!r} is not a name")


def _check_number(item: dataclasses.Field[Any], value: object) -> None:
    whole = isinstance(item.default, int)
    low, high = item.metadata["low"], item.metadata["high"]
    right_type = isinstance(value, int) or (isinstance(value, float) and not whole)
    if isinstance(value, bool) or not right_type:
        raise SettingsError(f"{item.name}: {value!r} is not a {'whole ' if whole else ''}number")
    if not (math.isfinite(value) and low <= value <= high):  # type: ignore[arg-type]
        raise SettingsError(f"{item.name}: {value!r} is outside {low:g}..{high:g}")


@dataclass(frozen=True)
class _Section:
    """One table of the file; checks every field when made, also through dataclasses.replace."""

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            _check(item, getattr(self, item.name))

    @classmethod
    def from_table(cls, table: object, where: str) -> Self:
        """Build from a TOML table; `where` names it in errors."""
        if not isinstance(table, dict):
            raise SettingsError(f"{where}: must be a table, not {table!r}")
        _refuse_unknown(table, [item.name for item in dataclasses.fields(cls)], where)
        try:
            return cls(**table)
        except SettingsError as error:
            raise SettingsError(f"{where} {error}") from None


@dataclass(frozen=True)
class AudioSettings(_Section):
    """The sound output."""

    rate_hz: int = _number(48000, 8000, 192000)
    block_frames: int = _number(128, 16, 8192)
    device: str | None = None  # part of an output's name; None is the system's default
    interpolation: Interpolation = _choice("default", *INTERPOLATIONS)  # noqa: RUF009 (a field)
    master_gain_db: float = _number(6.0, -60.0, 24.0)
    realtime_priority: int = _number(70, 0, 99)  # of the audio thread; 0 asks for none
    event_margin_s: float = _number(0.0003, 0.0, 0.1)  # added to every live event, see timeline.py


@dataclass(frozen=True)
class EnvelopeSettings(_Section):
    """The shape of a note; the ranges are those of the original instrument's dials."""

    attack_s: float = _number(0.005, 0.0, 10.0)
    decay_s: float = _number(0.1, 0.0, 10.0)
    sustain: float = _number(1.0, 0.0, 1.0)
    release_s: float = _number(0.3, 0.0, 20.0)
    start_position: float = _number(0.0, 0.0, 1.0)  # where in the sound a note begins


@dataclass(frozen=True)
class PlayingSettings(_Section):
    """How notes answer to the player's hands."""

    max_voices: int = _number(32, 1, 128)
    velocity_curve: str = _choice("natural", "natural", "linear", "fixed")
    bend_range_semitones: float = _number(2.0, 0.0, 48.0)
    vibrato_rate_hz: float = _number(5.5, 0.1, 20.0)
    vibrato_depth_semitones: float = _number(0.5, 0.0, 12.0)  # with the modulation wheel full up
    zone_crossfade: str = _choice("off", "off", "on")  # between keys: both stored pitches sound
    morph_smoothing_s: float = _number(0.02, 0.0, 5.0)
    row_cache_mb: int = _number(128, 16, 8192)  # of notes in memory, those that sound included


@dataclass(frozen=True)
class MidiSettings(_Section):
    """Which MIDI is listened to; the pad follows two controllers, general purpose 1 and 2."""

    channel: int = _number(0, 0, 16)  # 0 hears all channels (omni)
    pad_x_controller: int = _number(16, 0, 119)
    pad_y_controller: int = _number(17, 0, 119)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pad_x_controller == self.pad_y_controller:
            raise SettingsError(f"pad_y_controller: {self.pad_y_controller} is pad_x_controller")


@dataclass(frozen=True)
class Settings:
    """The whole file; each field is a table of it."""

    audio: AudioSettings = AudioSettings()
    envelope: EnvelopeSettings = EnvelopeSettings()
    playing: PlayingSettings = PlayingSettings()
    midi: MidiSettings = MidiSettings()


def load_settings(path: Path | None) -> Settings:
    """Settings of a TOML file, or the defaults without one.

    Raises SettingsNotFoundError or SettingsError, naming the file and the key.
    """
    if path is None:
        return Settings()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsNotFoundError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from error
    sections = {item.name: type(item.default) for item in dataclasses.fields(Settings)}
    _refuse_unknown(tables, list(sections), str(path))
    read = {
        name: sections[name].from_table(table, f"{path}: [{name}]")  # type: ignore[union-attr]
        for name, table in tables.items()
    }
    return Settings(**read)


def _refuse_unknown(table: dict[str, object], known: list[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
            raise SettingsError(f"{where}: unknown key {key!r}; {hint}")
