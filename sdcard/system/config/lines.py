"""The lines of a config.txt, each with the filters that hold where it stands.

A filter such as [pi4] holds for the lines after it: one of the same kind takes its place, one of
another kind narrows it further, and [all] ends them all (Raspberry Pi documentation, config.txt,
conditional filters).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

LONGEST = 98
"""Characters of a line that the firmware reads; the rest is cut off."""
MODELS = (
    "pi0", "pi0w", "pi02", "pi1", "pi2", "pi3", "pi3+", "pi4", "pi400", "pi5", "pi500",
    "cm0", "cm1", "cm3", "cm3+", "cm4", "cm4s", "cm5",
)  # fmt: skip
DIRECTIVES = ("include", "initramfs")
_OTHER_KINDS = {
    "EDID": r"EDID=.+",
    "serial": r"0x[0-9a-fA-F]{1,16}",
    "gpio": r"gpio\d+=[01]",
    "HDMI": r"HDMI:[01]",
    "board-type": r"board-type=0x[0-9a-fA-F]+",
    "tryboot": r"tryboot",
    "partition": r"(boot_)?partition=\d+",
    "boot count": r"boot_(arg1|count|watchdog_partition).*",
    "install": r"install",
}


class Kind(Enum):
    """What a line is."""

    EMPTY = "empty"
    COMMENT = "comment"
    FILTER = "filter"
    SETTING = "setting"
    DIRECTIVE = "directive"  # include and initramfs, which have no "="
    OTHER = "other"


@dataclass(frozen=True)
class Line:
    """One line; `name` and `value` of a setting or directive, `name` alone of a filter."""

    number: int  # from 1
    text: str
    kind: Kind
    name: str = ""
    value: str = ""
    model: str = "all"  # the filter on models that holds here
    conditions: tuple[str, ...] = ()  # other filters that hold here, as written

    def holds_on(self, board: str) -> bool:
        """Whether it certainly counts on all of a board's models."""
        return self.model in ("all", board) and not self.conditions


def parse(text: str) -> list[Line]:
    """All lines; nothing is refused."""
    model, others = "all", dict[str, str]()
    lines = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _parsed(number, raw.rstrip("\r"))
        if line.kind is Kind.FILTER:
            if line.name == "all":
                model, others = "all", {}
            elif line.name in (*MODELS, "none"):
                model = line.name
            else:
                others[filter_kind(line.name)] = line.name
        here = model, tuple(sorted(others.values()))
        lines.append(Line(number, line.text, line.kind, line.name, line.value, *here))
    return lines


def filter_kind(name: str) -> str:
    """Filters of one kind take each other's place; "" if there is no such filter."""
    if name in (*MODELS, "all", "none"):
        return "model"
    kinds = (kind for kind, pattern in _OTHER_KINDS.items() if re.fullmatch(pattern, name))
    return next(kinds, "")


def _parsed(number: int, text: str) -> Line:
    bare = text.strip()
    if not bare:
        return Line(number, text, Kind.EMPTY)
    if bare.startswith("#"):
        return Line(number, text, Kind.COMMENT)
    if bare.startswith("[") and bare.endswith("]"):
        return Line(number, text, Kind.FILTER, bare[1:-1])
    word, _, rest = bare.partition(" ")
    if word in DIRECTIVES and rest:
        return Line(number, text, Kind.DIRECTIVE, word, rest.strip())
    name, equals, value = bare.partition("=")
    if not equals:
        return Line(number, text, Kind.OTHER, bare)
    return Line(number, text, Kind.SETTING, name.strip(), value.strip())


def words(value: str) -> list[tuple[str, str]]:
    """Name and value of each part of "a=on,b,c=5"; a name alone means "on"."""
    parts = [part.partition("=") for part in value.split(",") if part]
    return [(name, given if equals else "on") for name, equals, given in parts]
