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
    or out of range (bounds inclusive), and `finish` complains of what is left. `is_later` marks a
    document of a later minor version, which may have keys that we do not know.
    """

    __slots__ = ("_left", "is_later", "path", "where")

    def __init__(
        self, value: object, path: str, where: str = "", *, is_later: bool = False
    ) -> None:
        self.path = path
        self.where = where
        self.is_later = is_later
        if type(value) is not dict:
            self.fail("", f"{shown(value)} is not an object")
        self._left: dict[str, object] = dict(value)

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise PackInvalidError for a key of this object."""
        place = self.place(key)
        raise PackInvalidError(self.path, f"{place}: {problem}" if place else problem)

    def place(self, key: str) -> str:
        """Where a key of this object is in the document."""
        return f"{self.where}.{key}".strip(".")

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
        return self._inside(key, self.take(key))

    def each(self, key: str, bounds: tuple[int, int]) -> Iterator[Fields]:
        """The objects in the list at a key."""
        for index, value in enumerate(self.items(key, bounds)):
            yield self._inside(f"{key}[{index}]", value)

    def _inside(self, key: str, value: object) -> Fields:
        return Fields(value, self.path, self.place(key), is_later=self.is_later)

    def finish(self) -> None:
        """Complain of keys nobody asked for, unless a later minor version may have added them."""
        if self._left and not self.is_later:
            self.fail(shown(min(self._left)), "unknown key")
