"""A recorded path over the pad: rows of seconds, x, y, with straight lines between them."""

from __future__ import annotations

import bisect
import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device.errors import GestureError
from device.events import TouchMoved

LONGEST_S = 4 * 3600.0

_COLUMNS = (("seconds", LONGEST_S), ("x", 1.0), ("y", 1.0))  # name, highest value; lowest is 0


@dataclass(frozen=True)
class GesturePoint:
    """Where the finger is at a moment."""

    seconds: float
    x: float  # 0..1, left to right
    y: float  # 0..1, top to bottom


class Gesture:
    """A path through at least one point, in order of time; two at one time are a jump."""

    def __init__(self, points: list[GesturePoint]) -> None:
        self._points = points
        self._times = [point.seconds for point in points]

    def at(self, seconds: float) -> tuple[float, float]:
        """(x, y) at a time; before the first point and after the last it stays there."""
        after = bisect.bisect_right(self._times, seconds)
        if after in (0, len(self._points)):
            point = self._points[max(after - 1, 0)]
            return point.x, point.y
        a, b = self._points[after - 1], self._points[after]
        part = (seconds - a.seconds) / (b.seconds - a.seconds)
        return a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part

    def moves(self, every_s: float) -> Iterator[tuple[float, TouchMoved]]:
        """(seconds, event) at most every `every_s`, only while the finger moves."""
        last: tuple[float, float] | None = None
        for step in range(math.ceil(self._times[-1] / every_s) + 1):
            place = self.at(step * every_s)
            if place != last:
                last = place
                yield step * every_s, TouchMoved(*place)


def read_gesture(path: Path) -> Gesture:
    """The gesture of a CSV file; a first line of column names is skipped.

    Raises GestureError naming the line, the value and what is allowed.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = enumerate(csv.reader(file), 1)
            rows = [(number, row) for number, row in lines if any(map(str.strip, row))]
    except OSError as error:
        raise GestureError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise GestureError(f"{path}: not a text file of seconds,x,y rows: {error}") from error
    if rows and _is_header(rows[0][1]):
        rows = rows[1:]
    if not rows:
        raise GestureError(f"{path}: empty; it needs at least one row of seconds,x,y")
    points = [_point(row, f"{path}:{number}") for number, row in rows]
    for (number, _), before, point in zip(rows[1:], points, points[1:], strict=False):
        if point.seconds < before.seconds:
            raise GestureError(
                f"{path}:{number}: seconds {point.seconds:g} comes after {before.seconds:g}; "
                "rows must be in order of time"
            )
    return Gesture(points)


def _is_header(row: list[str]) -> bool:
    return [cell.strip().lower() for cell in row] == [name for name, _ in _COLUMNS]


def _point(row: list[str], where: str) -> GesturePoint:
    if len(row) != len(_COLUMNS):
        raise GestureError(f"{where}: {len(row)} values; a row is seconds,x,y")
    values = [_value(t, *column, where) for t, column in zip(row, _COLUMNS, strict=True)]
    return GesturePoint(*values)


def _value(text: str, name: str, highest: float, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise GestureError(f"{where}: {name} {text.strip()!r} is not a number") from None
    if not 0 <= value <= highest:
        raise GestureError(f"{where}: {name} {text.strip()} is outside 0..{highest:g}")
    return value
