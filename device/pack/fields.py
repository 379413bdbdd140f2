"""Typed, ranged access to the fields of one JSON object; an unknown key is an error."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NoReturn

from device.pack.errors import PackInvalidError

_ODD_CHARACTERS = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, half surrogates, line breaks


def shown(value: object) -> str:
    """A value as an error message shows it, never long."""
    text = ascii(value) if isinstance(value, (str, int, float, bool)) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."


class Fields:
    """One JSON object, read key by key. `where` is its place in the document, '' for the root.

    Every accessor takes the key out, raises PackInvalidError if it is missing, of the wrong type
    or out of range (bounds inclusive), and `finish` complains of what is left.
    """

    __slots__ = ("_left", "path", "where")

    def __init__(self, value: object, path: str, where: str = "") -> None:
        self.path = path
        self.where = where
        if type(value) is not dict:
            self.fail("", f"{shown(value)} is not an object")
        self._left: dict[str, object] = dict(value)

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise PackInvalidError for a key of this object."""
        place = f"{self.where}.{key}".strip(".")
        raise PackInvalidError(self.path, f"{place}: {problem}" if place else problem)

    def take(self, key: str) -> object:
        """The raw value of a key."""
        try:
            return self._left.pop(key)
        except KeyError:
            self.fail(key, "is missing")

    def integer(self, key: str, bounds: tuple[int, int]) -> int:
        """An integer within bounds."""
        value = self.take(key)
        if type(value) is not int or not bounds[0] <= value <= bounds[1]:
            self.fail(key, f"{shown(value)} is not an integer in {bounds[0]}..{bounds[1]}")
        return value

    def number(self, key: str, bounds: tuple[float, float]) -> float:
        """A finite number within bounds."""
        value = self.take(key)
        if type(value) not in (int, float) or not bounds[0] <= value <= bounds[1]:  # type: ignore[operator]
            self.fail(key, f"{shown(value)} is not a number in {bounds[0]:g}..{bounds[1]:g}")
        return float(value)  # type: ignore[arg-type]

    def text(self, key: str, longest: int, fewest: int = 1) -> str:
        """One line of text with fewest..longest characters."""
        value = self.take(key)
        if type(value) is not str or not fewest <= len(value) <= longest:
            self.fail(key, f"{shown(value)} is not a text of {fewest}..{longest} characters")
        if not value.isprintable() and any(
            unicodedata.category(character) in _ODD_CHARACTERS for character in value
        ):
            self.fail(key, f"{shown(value)} has control characters")
        return value

    def choice(self, key: str, options: Sequence[str]) -> str:
        """One of the texts in options."""
        value = self.take(key)
        if type(value) is not str or value not in options:
            self.fail(key, f"{shown(value)} is not one of {', '.join(options)}")
        return value

    def items(self, key: str, bounds: tuple[int, int]) -> list[object]:
        """A list with a length within bounds."""
        value = self.take(key)
        if type(value) is not list:
            self.fail(key, f"{shown(value)} is not a list")
        if not bounds[0] <= len(value) <= bounds[1]:
            self.fail(key, f"{len(value)} entries are not in {bounds[0]}..{bounds[1]}")
        return value

    def nested(self, key: str) -> Fields:
        """The object at a key."""
        return Fields(self.take(key), self.path, f"{self.where}.{key}".strip("."))

    def each(self, key: str, bounds: tuple[int, int]) -> Iterator[Fields]:
        """The objects in the list at a key."""
        for index, value in enumerate(self.items(key, bounds)):
            yield Fields(value, self.path, f"{self.where}.{key}[{index}]".lstrip("."))

    def finish(self, *, ignore_unknown: bool) -> None:
        """Complain of keys nobody asked for, unless a later minor version may have added them."""
        if self._left and not ignore_unknown:
            self.fail(min(self._left), "unknown key")
