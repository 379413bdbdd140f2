"""The four files of accounts, read and written line by line: passwd, group and their shadows.

Fields are separated by colons (passwd(5), group(5), shadow(5), gshadow(5)); a line that is not of
that form is an error, for what would be written back would be worse.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sdcard.image.changes import BaseFiles
from sdcard.image.errors import BaseFileMissingError
from sdcard.system.errors import AccountsError

FIELDS = {"/etc/passwd": 7, "/etc/group": 4, "/etc/shadow": 9, "/etc/gshadow": 4}
PASSWD, GROUP, SHADOW, GSHADOW = FIELDS
NUMBER = {PASSWD: 2, GROUP: 2}  # the field with the user's or group's number


@dataclass
class Table:
    """One file: the fields of each line, by name and in order."""

    path: str
    rows: dict[str, list[str]] = field(default_factory=dict)

    def put(self, *fields: str) -> None:
        """A line in the place of one of the same name, or at the end."""
        self.rows[fields[0]] = list(fields)

    def rename(self, old: str, new: str) -> None:
        """One entry, where it stands; nothing if there is none."""
        renamed = {new if name == old else name: row for name, row in self.rows.items()}
        for name, row in renamed.items():
            row[0] = name
        self.rows = renamed

    def numbers(self) -> dict[int, str]:
        """Number -> name."""
        return {int(row[NUMBER[self.path]]): name for name, row in self.rows.items()}

    def data(self) -> bytes:
        """The file."""
        return "".join(":".join(row) + "\n" for row in self.rows.values()).encode()


def read_tables(root: BaseFiles) -> dict[str, Table]:
    """All four, by path; a shadow of groups may be missing. Raises AccountsError."""
    return {path: _read(root, path) for path in FIELDS if path != GSHADOW or root.exists(path)}


def _read(root: BaseFiles, path: str) -> Table:
    try:
        text = root.read(path).decode()
    except BaseFileMissingError as error:
        raise AccountsError(f"{path}: the base has no such file") from error
    except UnicodeDecodeError as error:
        raise AccountsError(f"{path}: not UTF-8: {error}") from error
    table = Table(path)
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        fields = line.split(":")
        where = f"{path}, line {number}: {fields[0]!r}"
        if len(fields) != FIELDS[path] or not fields[0]:
            raise AccountsError(f"{where} has {len(fields)} fields, expected are {FIELDS[path]}")
        if fields[0] in table.rows:
            raise AccountsError(f"{where} is there twice")
        if path in NUMBER and not fields[NUMBER[path]].isdecimal():
            raise AccountsError(f"{where}: {fields[NUMBER[path]]!r} is no number")
        table.rows[fields[0]] = fields
    return table
