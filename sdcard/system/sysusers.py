"""Reads which system users and groups there are to be: sysusers.d(5), as far as it is used here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from sdcard.system.errors import UnitError


@dataclass(frozen=True)
class Wanted:
    """Groups, and users with the folder that is their home; a user has a group of its name."""

    groups: tuple[str, ...]
    users: dict[str, tuple[str, str]]  # name -> (description, home)


def read_sysusers(text: str, name: str) -> Wanted:
    """Raises UnitError naming the file `name` for anything but `g NAME -` and `u NAME - ...`."""
    groups: list[str] = []
    users: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        kind, who, number_wanted, *rest = [*words, "-", "-", "-", "-"][:5]
        if kind not in ("g", "u") or number_wanted != "-":
            raise UnitError(f"{name}, line {number}: {line!r}: only 'g NAME -' and 'u NAME -' here")
        if kind == "g":
            groups.append(who)
        else:
            users[who] = (rest[0].strip("-"), rest[1] if rest[1] != "-" else "/")
    return Wanted(tuple(groups), users)
