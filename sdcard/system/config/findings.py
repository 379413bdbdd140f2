"""What a check finds in a config.txt: where, what, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass

from sdcard.system.config.lines import Line

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, order=True)
class Finding:
    """`number` is that of the line, 0 if something is missing."""

    number: int
    text: str  # the line
    level: str
    what: str
    instead: str
    boards: tuple[str, ...] = ()  # on which it is so; none: it is so on all

    def __str__(self) -> str:
        where = f" on {', '.join(self.boards)}" if self.boards else ""
        line = f"{self.text.strip()}: " if self.text else ""
        return f"{self.level}: {line}{self.what}{where}; {self.instead}"


def at(line: Line, what: str, instead: str, level: str = ERROR) -> Finding:
    """A finding about one line."""
    return Finding(line.number, line.text, level, what, instead)


def missing(what: str, instead: str, level: str = ERROR) -> Finding:
    """A finding about something that is not there."""
    return Finding(0, "", level, what, instead)


def lacking(
    lines: list[Line], wanted: str, what: str, under: str = "[all]", level: str = ERROR
) -> Finding:
    """Something is missing on a board; it may be there for others only."""
    name, _, value = wanted.partition("=")
    for line in lines:
        if (line.name, line.value) == (name, value) and (line.model != "all" or line.conditions):
            filters = [line.model] if line.model != "all" else []
            only = " ".join(f"[{one}]" for one in (*filters, *line.conditions))
            return at(line, f"it counts under {only} only: {what}", f"write {under} above", level)
    return missing(what, f"write {wanted} under {under}", level)
