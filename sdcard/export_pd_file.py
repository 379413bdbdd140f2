"""Turns a readable list of boxes and wires into the text of a Pure Data patch.

One line per box, `name kind what it says`, and lines of wires, `name -> name.1 -> name`: `.1` is
the second inlet of a target, or the second outlet of the source where a line begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

ROW_PIXELS, COLUMN_PIXELS, ROWS = 26, 190, 24
KINDS = ("obj", "msg", "text")


def patch_text(source: str, size: tuple[int, int] = (1200, 700)) -> str:
    """The bytes of a .pd file, as text. A kind may have a place: `obj@20,40`."""
    places: dict[str, int] = {}
    boxes: list[str] = []
    wires: list[str] = []
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    for line in sorted(lines, key=_is_wires):  # boxes first: a wire may name one further down
        if _is_wires(line):
            wires += _wires(line.split(" -> "), places)
        else:
            name, kind, text = (*line.split(None, 2), "")[:3]
            places[name] = len(boxes)
            boxes.append(_box(kind, text, len(boxes)))
    width, height = size
    return "\n".join([f"#N canvas 40 40 {width} {height} 12;", *boxes, *wires]) + "\n"


def _is_wires(line: str) -> bool:
    return " -> " in line


def _box(kind: str, text: str, number: int) -> str:
    kind, _, place = kind.partition("@")
    if kind not in KINDS:
        raise ValueError(f"{kind!r} {text!r}: a box is one of {KINDS}")
    x, y = 20 + number // ROWS * COLUMN_PIXELS, 20 + number % ROWS * ROW_PIXELS
    place = place or f"{x},{y}"
    return f"#X {kind} {place.replace(',', ' ')} {escaped(text)};".replace(" ;", ";")


def _wires(stops: Sequence[str], places: dict[str, int]) -> list[str]:
    found = []
    for position, (source, target) in enumerate(pairwise(stops)):
        source_name, *outs = source.strip().split(".")
        target_name, *ins = target.strip().split(".")
        outs = [] if position else outs  # the number of a stop between is its inlet
        outlet, inlet = (int(numbers[0]) if numbers else 0 for numbers in (outs, ins))
        found.append(f"#X connect {places[source_name]} {outlet} {places[target_name]} {inlet};")
    return found


def escaped(text: str) -> str:
    """What Pd reads back as `text`: separators and dollars are escaped in files."""
    for mark in (";", ","):
        text = text.replace(mark, f" \\{mark} ")
    return " ".join(text.replace("$", "\\$").split())


def listed(values: Sequence[float]) -> str:
    """Numbers with all the digits that Pd's single precision has."""
    return " ".join(f"{value:.9g}" for value in values)
