"""Names of the files inside a pack, and which names are safe on every system."""

from __future__ import annotations

import re

from device.pack.errors import PackUnsafeError
from device.pack.fields import shown
from device.pack.model import Manifest

MANIFEST_NAME = "manifest.json"
CELLS_DIRECTORY = "cells"
_CELL_NAME = re.compile(r"[0-9a-f]{64}")
_ODD_CHARACTERS = frozenset("\\:\0")


def is_cell_name(name: object) -> bool:
    """Whether this can be the name of a cell: 64 lower-case hexadecimal digits."""
    return type(name) is str and _CELL_NAME.fullmatch(name) is not None


def cell_member(name: str) -> str:
    """Path inside the pack of the cell with this name."""
    return f"{CELLS_DIRECTORY}/{name}.cell"


def shared_cell_member(name: str) -> str:
    """Path of a cell that several packs share, inside the directory around them.

    One directory per first digit: a FAT32 directory has room for 9362 files with such names.
    """
    return f"{CELLS_DIRECTORY}/{name[0]}/{name}.cell"


def shared_member(member: str) -> str | None:
    """The same of a path inside the pack; None for one that is not a cell's."""
    name = member.removeprefix(f"{CELLS_DIRECTORY}/").removesuffix(".cell")
    is_cell = is_cell_name(name) and cell_member(name) == member
    return shared_cell_member(name) if is_cell else None


def cell_names(manifest: Manifest) -> list[str]:
    """Names of all cells of a pack, sorted, each once."""
    return sorted({name for one in manifest.combinations for row in one.cells for name in row})


def members(manifest: Manifest) -> list[str]:
    """Paths inside the pack of all files that the manifest names: cells by name, then preview."""
    preview = [] if manifest.preview is None else [manifest.preview]
    return [*map(cell_member, cell_names(manifest)), *preview]


def check_member_name(name: str, path: object) -> None:
    """Raise PackUnsafeError for a file name that could lead out of the pack on any system."""
    is_odd_part = any(part in ("", ".", "..") for part in name.split("/"))
    if is_odd_part or not _ODD_CHARACTERS.isdisjoint(name):
        raise PackUnsafeError(path, f"{shown(name)} is not a plain path inside the pack")
