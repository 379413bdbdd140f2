"""Takes away what no pack needs: leftovers of power cuts, and cells that nobody names any more."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path

from device.pack import Manifest, PackError, manifest_from_json
from device.pack.limits import MANIFEST_BYTES
from device.pack.members import CELLS_DIRECTORY, MANIFEST_NAME, members
from device.pack.strict_json import loads
from sdcard.packs.durable import delete, remove_if_empty, sync_directory, writing
from sdcard.packs.inventory import referenced_cells
from sdcard.packs.layout import (
    GONE_ARCHIVE_PREFIX,
    GONE_MANIFEST,
    NEW_MANIFEST,
    NEW_PREVIEW,
    NEXT_MANIFEST,
    folders,
    has_manifest,
)

_LOST_CHAIN = "FSCK[0-9][0-9][0-9][0-9].REC"
"""What the repair at the start makes of the clusters of a FAT that no name leads to."""

_SHARED_NAME = re.compile(r"([0-9a-f])[0-9a-f]{63}\.cell")
# FAT keeps a long name apart from a short one; if a power cut takes the long one of what was being
# written, these are what is left of the names of cells and of what is hidden.
_SHORT_CELL_NAME = re.compile(r"[0-9A-F]{1,6}~[0-9]\.CEL")
_SHORT_HIDDEN_NAME = "LATENT~[0-9]"


def sweep(shelf: Path, keep: frozenset[str] = frozenset()) -> None:
    """Take away all leftovers, but not the cells in `keep`. Raises PackWriteError."""
    patterns = (f"{GONE_ARCHIVE_PREFIX}*", _LOST_CHAIN, _SHORT_HIDDEN_NAME)
    for path in [path for pattern in patterns for path in shelf.glob(pattern)]:
        delete(path)
    for folder in list(folders(shelf)):
        sweep_folder(folder)
    collect(shelf, keep)


def sweep_folder(folder: Path) -> None:
    """Take away what is left of a pack that was not finished, or not quite removed.

    What it consists of is read from the manifest that is left, so other files stay.
    """
    leftovers = [folder / name for name in (NEW_MANIFEST, GONE_MANIFEST)]
    leftovers = [path for path in leftovers if path.is_file()]
    manifest = folder / MANIFEST_NAME
    if manifest.is_file() and not has_manifest(folder):
        leftovers.append(manifest)
    if leftovers:
        kept = set() if manifest in leftovers else _members(manifest)
        if kept is not None:
            for path in leftovers:
                _delete_members(folder, set(_members(path) or ()) - kept)
    _delete_hidden(folder, leftovers)


def _delete_hidden(folder: Path, leftovers: list[Path]) -> None:
    hidden = [folder / name for name in (NEW_PREVIEW, NEXT_MANIFEST)]
    hidden = [path for path in hidden if path.is_file()] + [*folder.glob(_SHORT_HIDDEN_NAME)]
    if not leftovers and not hidden:
        return
    with writing(folder):
        sync_directory(folder)  # the list of what to delete goes last
    for path in [*hidden, *leftovers]:
        delete(path)
    if not (folder / MANIFEST_NAME).exists():
        _remove_empty_folders(folder)


def _remove_empty_folders(folder: Path) -> None:
    """It and those in it; none that has a file anywhere below."""
    below = [path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()]
    for path in [*sorted(below, reverse=True), folder]:
        remove_if_empty(path)


def read_manifest(path: Path) -> Manifest | None:
    """A manifest that may be half written; None then."""
    try:
        return manifest_from_json(loads(path.read_bytes(), MANIFEST_BYTES, str(path)), str(path))
    except (OSError, PackError):
        return None


def _members(path: Path) -> set[str] | None:
    """What a manifest names: nothing if it is not there, None if it cannot be read."""
    if not path.exists():
        return set()
    manifest = read_manifest(path)
    return None if manifest is None else set(members(manifest))


def _delete_members(folder: Path, names: Iterable[str]) -> None:
    """Delete a pack's files by their plain paths, and directories that are empty then; durably."""
    parents: set[Path] = set()
    for name in names:
        path = folder / name
        above = [folder / parent for parent in Path(name).parents][:-1]
        # a link could lead out of the card
        if path.is_file() and not any(parent.is_symlink() for parent in above):
            delete(path)
            parents.update(above)
    for parent in sorted(parents, reverse=True):
        remove_if_empty(parent)
        if parent.exists():
            with writing(parent):
                sync_directory(parent)


def collect(shelf: Path, keep: frozenset[str] = frozenset()) -> None:
    """Delete shared cells that no pack names; none at all if a manifest cannot be read."""
    needed = referenced_cells(shelf)
    if needed is None:
        return
    for directory in _shards(shelf):
        for path in sorted(directory.iterdir()):
            if _is_cell(path) and path.stem not in needed | keep:
                delete(path)
        remove_if_empty(directory)
    remove_if_empty(shelf / CELLS_DIRECTORY)


def _is_cell(path: Path) -> bool:
    name = _SHARED_NAME.fullmatch(path.name)
    if name is None:
        return _SHORT_CELL_NAME.fullmatch(path.name) is not None
    return name[1] == path.parent.name.casefold()


def _shards(shelf: Path) -> list[Path]:
    root = shelf / CELLS_DIRECTORY
    if root.is_symlink() or not root.is_dir():
        return []
    with contextlib.suppress(OSError):
        return [path for path in sorted(root.iterdir()) if path.is_dir() and not path.is_symlink()]
    return []
