"""Takes a pack off a card: it disappears in one step, then what it consisted of is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device.pack.members import MANIFEST_NAME
from sdcard.packs.durable import create, delete, rename, sync_directory, writing
from sdcard.packs.inventory import find
from sdcard.packs.layout import GONE_ARCHIVE_PREFIX, GONE_MANIFEST
from sdcard.packs.shelf_lock import locked
from sdcard.packs.sweep import collect, sweep_folder


@dataclass(frozen=True)
class Removed:
    """What was removed."""

    path: Path
    name: str
    is_emptied: bool  # False: files that are no part of the pack are still in its folder


def remove(wanted: str, shelf: Path) -> Removed:
    """Remove the pack with this id, name or file name, and the cells that only it needed.

    Raises NotAShelfError, CardBusyError, NoSuchPackError and PackWriteError; once the pack has
    disappeared, the next install deletes what this one could not.
    """
    with locked(shelf):
        entry = find(shelf, wanted)
        take_off(entry.path)
        collect(shelf)
    return Removed(entry.path, entry.name, not entry.path.exists())


def keep_list(folder: Path, name: str, manifest: bytes) -> None:
    """Let the next sweep know what a pack in a folder consists of, whatever else is lost."""
    create(folder / name, [manifest])
    with writing(folder):
        sync_directory(folder)


def take_off(path: Path) -> None:
    """Make one pack disappear, durably, and only then delete its own files.

    On FAT the freed clusters may reach the card before the name is gone; a pack that is deleted
    under its name could be found with half of its content.
    """
    if path.is_dir():
        with writing(path):
            keep_list(path, GONE_MANIFEST, (path / MANIFEST_NAME).read_bytes())
        rename(path / MANIFEST_NAME, path / GONE_MANIFEST)
        sweep_folder(path)
    else:
        gone = path.with_name(f"{GONE_ARCHIVE_PREFIX}{path.name}")
        rename(path, gone)
        delete(gone)
    with writing(path.parent):
        sync_directory(path.parent)
