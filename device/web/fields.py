"""Rules for the fields of a page's message: each checks one value and says what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from device.errors import ProtocolError

_SHOWN = 40  # characters of a refused value that an error repeats


def shown(value: object) -> str:
    """A refused value as an error repeats it: never longer than a line."""
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


class Rule(Protocol):
    """What one field may hold."""

    def check(self, where: str, value: object) -> Any:  # noqa: ANN401 (each rule has its type)
        """The value, or a ProtocolError that names `where`, the value and what is allowed."""
        ...


@dataclass(frozen=True)
class Number:
    """A finite number in low..high."""

    low: float
    high: float

    def check(self, where: str, value: object) -> float:
        """See Rule."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ProtocolError(f"{where}: {shown(value)} is not a number")
        if not (self.low <= value <= self.high and math.isfinite(value)):
            raise ProtocolError(f"{where}: {shown(value)} is outside {self.low:g}..{self.high:g}")
        return float(value)


@dataclass(frozen=True)
class Whole:
    """A whole number in low..high."""

    low: int
    high: int

    def check(self, where: str, value: object) -> int:
        """See Rule."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise ProtocolError(f"{where}: {shown(value)} is not a whole number")
        if not self.low <= value <= self.high:
            raise ProtocolError(f"{where}: {shown(value)} is outside {self.low}..{self.high}")
        return value


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, where: str, value: object) -> bool:
        """See Rule."""
        if not isinstance(value, bool):
            raise ProtocolError(f"{where}: {shown(value)} is neither true nor false")
        return value


def check_fields(kind: str, rules: Mapping[str, Rule], fields: Mapping[str, object]) -> list[Any]:
    """The values in the order of the rules; a field too many or missing is a ProtocolError."""
    for name in fields:
        if name not in rules:
            allowed = ", ".join(rules) or "none"
            raise ProtocolError(f"{kind}: unknown field {shown(name)}; its fields: {allowed}")
    for name in rules:
        if name not in fields:
            raise ProtocolError(f"{kind}: the field {name} is missing")
    return [rule.check(f"{kind}: {name}", fields[name]) for name, rule in rules.items()]
