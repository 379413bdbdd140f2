"""What a config.txt comes to on one board: its overlays, parameters and settings in effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sdcard.system.config.lines import Kind, Line, words
from sdcard.system.config.overlays import Catalogue

BOARDS = ("pi3", "pi4", "pi5")
"""The boards that the card is for, by the names of their filters."""


@dataclass(frozen=True)
class Overlay:
    """One that is loaded; a later dtparam may have given it more parameters."""

    name: str
    line: Line
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A parameter of the board or a setting: the last one counts."""

    text: str
    line: Line

    @property
    def is_on(self) -> bool:
        """As the firmware understands it."""
        return self.text.lower() in ("on", "yes", "true", "1", "okay", "")


@dataclass(frozen=True)
class Effect:
    """Of a whole file, on one board."""

    board: str
    overlays: list[Overlay] = field(default_factory=list)
    parameters: dict[str, Value] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)

    def loaded(self, *names: str) -> list[Overlay]:
        """Those of the overlays that are called so."""
        return [overlay for overlay in self.overlays if overlay.name in names]

    def parameter(self, *names: str) -> Value | None:
        """The one of several names for the same parameter that was given last."""
        given = [self.parameters[name] for name in names if name in self.parameters]
        return max(given, key=lambda value: value.line.number, default=None)


def effect(lines: Iterable[Line], board: str, catalogue: Catalogue) -> Effect:
    """What certainly holds on all models of `board`.

    A dtparam belongs to the overlay above it if that has such a parameter, else to the board; an
    empty dtoverlay ends that (Raspberry Pi documentation, device trees).
    """
    found = Effect(board)
    scope: Overlay | None = None
    for line in lines:
        if line.kind is not Kind.SETTING or not line.holds_on(board):
            continue
        if line.name == "dtoverlay":
            scope = _loaded(line)
            if scope is not None:
                found.overlays.append(scope)
        elif line.name == "dtparam":
            _set_parameters(line, scope, found, catalogue)
        else:
            found.settings[line.name] = Value(line.value, line)
    return found


def overlay_name(value: str) -> str:
    """Of "name,a=on,b"."""
    return value.partition(",")[0].partition(":")[0].strip()


def _loaded(line: Line) -> Overlay | None:
    name = overlay_name(line.value)
    rest = line.value[len(name) :].lstrip(",:")
    return Overlay(name, line, dict(words(rest))) if name else None


def _set_parameters(line: Line, scope: Overlay | None, found: Effect, known: Catalogue) -> None:
    for name, value in words(line.value):
        if scope is not None and known.takes(scope.name, name):
            scope.parameters[name] = value
        else:
            found.parameters[name] = Value(value, line)
