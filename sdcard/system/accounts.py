"""Accounts of the card: the instrument's own user and groups, and the one a person logs in as.

The base's first user, if it has one, becomes that person: Raspberry Pi OS has `pi` without a
password, which its own first boot would rename. Nobody has a password that opens anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from sdcard.image.changes import BaseFiles, Change, PutFile
from sdcard.image.layout import STATE
from sdcard.system.accounts_files import (
    GROUP,
    GSHADOW,
    PASSWD,
    SHADOW,
    Table,
    read_tables,
)
from sdcard.system.errors import AccountsError
from sdcard.system.sysusers import Wanted

INSTRUMENT, PERSON = "latentpad", "pad"
PERSON_ID = 1000
HOME = f"{STATE.mount}/{PERSON}"
READERS_OF_LOGS = "systemd-journal"
SYSTEM_IDS = range(999, 99, -1)
"""In the order in which systemd gives them to users and groups of the system."""
LOCKED = "*"  # no password is ever right; "!" would lock keys out as well
NOLOGIN, SHELLS = "/usr/sbin/nologin", ("/bin/bash", "/bin/sh")
MODES = {PASSWD: 0o644, GROUP: 0o644, SHADOW: 0o640, GSHADOW: 0o640}


@dataclass(frozen=True)
class Accounts:
    """What was decided, and the changes that make it so."""

    uid: int  # of the instrument's user
    gid: int
    former: str  # the base's first user; "" if it had none
    changes: tuple[Change, ...]


def accounts(root: BaseFiles, wanted: Wanted) -> Accounts:
    """Accounts of a base with those of `wanted` and the person. Raises AccountsError."""
    tables = read_tables(root)
    former = _take_over(tables)
    for group in wanted.groups:
        _add_group(tables, group)
    for user, (description, home) in wanted.users.items():
        _add_user(tables, user, description, home)
    _add_person(tables, next(shell for shell in SHELLS if shell == "/bin/sh" or root.exists(shell)))
    own = tables[PASSWD].rows.get(INSTRUMENT)
    if own is None:
        raise AccountsError(f"the user {INSTRUMENT} is not among the system users that are wanted")
    shadow = int(tables[GROUP].rows["shadow"][2]) if "shadow" in tables[GROUP].rows else 0
    put = [
        PutFile(path, table.data(), MODES[path], 0, shadow if path in (SHADOW, GSHADOW) else 0)
        for path, table in tables.items()
    ]
    return Accounts(int(own[2]), int(own[3]), former, tuple(put))


def _take_over(tables: dict[str, Table]) -> str:
    """Make the base's first user the person, and let it go from all groups."""
    former = tables[PASSWD].numbers().get(PERSON_ID, "")
    group = tables[GROUP].numbers().get(PERSON_ID, "")
    for table in tables.values():
        others = {former, group} - {PERSON, ""}
        if others and PERSON in table.rows:
            raise AccountsError(f"{table.path}: {PERSON} is there, but with another number")
        for old in others & set(table.rows):
            table.rename(old, PERSON)
        for row in table.rows.values() if table.path in (GROUP, GSHADOW) else ():
            row[3] = ",".join(name for name in row[3].split(",") if name not in (former, PERSON))
    return former if former != PERSON else ""


def _add_group(tables: dict[str, Table], name: str, gid: int | None = None) -> int:
    """The group's number, that of one which is there already."""
    if name in tables[GROUP].rows:
        return int(tables[GROUP].rows[name][2])
    gid = _free_id(tables) if gid is None else gid
    tables[GROUP].put(name, "x", str(gid), "")
    if GSHADOW in tables:
        tables[GSHADOW].put(name, "!", "", "")
    return gid


def _add_user(tables: dict[str, Table], name: str, description: str, home: str) -> None:
    if name in tables[PASSWD].rows:
        return
    uid = _free_id(tables)
    gid = _add_group(tables, name, uid)
    tables[PASSWD].put(name, "x", str(uid), str(gid), description, home, NOLOGIN)
    tables[SHADOW].put(name, "!*", "", "", "", "", "", "", "")


def _add_person(tables: dict[str, Table], shell: str) -> None:
    if tables[GROUP].numbers().get(PERSON_ID, PERSON) != PERSON:
        raise AccountsError(f"{GROUP}: {PERSON_ID} is the number of another group than {PERSON}")
    gid = _add_group(tables, PERSON, PERSON_ID)
    tables[PASSWD].put(PERSON, "x", str(PERSON_ID), str(gid), "", HOME, shell)
    tables[SHADOW].put(PERSON, LOCKED, "", "0", "99999", "7", "", "", "")
    for group in (INSTRUMENT, READERS_OF_LOGS):
        for path in (GROUP, GSHADOW):
            if path in tables and group in tables[path].rows:
                row = tables[path].rows[group]
                row[3] = ",".join(filter(None, [row[3], PERSON]))


def _free_id(tables: dict[str, Table]) -> int:
    """One that neither a user nor a group has."""
    taken = {*tables[PASSWD].numbers(), *tables[GROUP].numbers()}
    for number in SYSTEM_IDS:
        if number not in taken:
            return number
    raise AccountsError(f"{PASSWD}, {GROUP}: all numbers from 100 to 999 are taken")
