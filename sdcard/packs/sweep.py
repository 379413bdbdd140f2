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
    folders,
    has_manifest,
)

_SHARED_NAME = re.compile(r"([0-9a-f])[0-9a-f]{63}\.cell")


def sweep(shelf: Path, keep: frozenset[str] = frozenset()) -> None:
    """Take away all leftovers, but not the cells in `keep`. Raises PackWriteError."""
    for path in sorted(shelf.glob(f"{GONE_ARCHIVE_PREFIX}*")):
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
    hidden = [folder / NEW_PREVIEW] if (folder / NEW_PREVIEW).is_file() else []
    if not leftovers and not hidden:
        return
    with writing(folder):
        sync_directory(folder)  # the list of what to delete goes last
    for path in [*hidden, *leftovers]:
        delete(path)
    if not (folder / MANIFEST_NAME).exists():
        remove_if_empty(folder)


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
    """Delete a pack's files by their plain paths, and directories that are empty then."""
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


def collect(shelf: Path, keep: frozenset[str] = frozenset()) -> None:
    """Delete shared cells that no pack names; none at all if a manifest cannot be read."""
    needed = referenced_cells(shelf)
    if needed is None:
        return
    for directory in _shards(shelf):
        for path in sorted(directory.iterdir()):
            name = _SHARED_NAME.fullmatch(path.name)
            if name and name[1] == directory.name and path.stem not in needed | keep:
                delete(path)
        remove_if_empty(directory)
    remove_if_empty(shelf / CELLS_DIRECTORY)


def _shards(shelf: Path) -> list[Path]:
    root = shelf / CELLS_DIRECTORY
    if root.is_symlink() or not root.is_dir():
        return []
    with contextlib.suppress(OSError):
        return [path for path in sorted(root.iterdir()) if path.is_dir() and not path.is_symlink()]
    return []
