"""Showing more than fits: windows of lists, and pages that follow each other by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Row = TypeVar("Row")

PAGE_S = 3.0  # long enough to read four lines


@dataclass(frozen=True)
class Page:
    """Which page of how many."""

    index: int
    count: int

    @property
    def mark(self) -> str:
        """As a title writes it: "2/3", or nothing when there is only one page."""
        return f"{self.index + 1}/{self.count}" if self.count > 1 else ""


def page_at(time_s: float, count: int, page_s: float = PAGE_S) -> Page:
    """The page that is due at a time; they follow each other for ever."""
    return Page(int(time_s // page_s) % max(count, 1), max(count, 1))


def paged(rows: Sequence[Row], per_page: int, time_s: float) -> tuple[Sequence[Row], Page]:
    """The rows that are due at a time, and which page of how many they are."""
    page = page_at(time_s, -(-len(rows) // per_page))
    return rows[page.index * per_page : (page.index + 1) * per_page], page


def window(count: int, index: int, visible: int) -> range:
    """The indices of a list to show so that `index` is among them, near the middle if it can be."""
    first = min(max(index - visible // 2, 0), max(count - visible, 0))
    return range(first, min(first + visible, count))
