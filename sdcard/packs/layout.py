"""Where things are in a card's folder of packs, and how what is half done is told from packs.

    cells/<digit>/<hash>.cell       cells, each once, of all packs that were installed
    <name>/manifest.json            one pack: there is nothing of a pack without it
    <name>/.latentpad-new           its next manifest, as a list of what is being written
    <name>/.latentpad-gone          its old manifest, as a list of what is being deleted
    <name>/.latentpad-manifest      its next manifest, about to get its name
    <name>/.latentpad-preview       its next preview
    .latentpad-gone-<name>          a pack in one file that is being removed
    <name>.onsp, <name>/cells/...   packs that somebody copied by hand; they stay as they are

A pack appears, changes and disappears by one rename of one small file within one small folder. On
FAT both names lie in the same sector of the card, which is as near to one step as FAT comes; and if
both are lost, the lists tell what else is to be deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from device.pack.members import CELLS_DIRECTORY, MANIFEST_NAME, shared_cell_member

ARCHIVE_SUFFIX = ".onsp"
HIDDEN_PREFIX = ".latentpad-"
NEW_MANIFEST = f"{HIDDEN_PREFIX}new"
GONE_MANIFEST = f"{HIDDEN_PREFIX}gone"
NEXT_MANIFEST = f"{HIDDEN_PREFIX}manifest"
NEW_PREVIEW = f"{HIDDEN_PREFIX}preview"
GONE_ARCHIVE_PREFIX = f"{HIDDEN_PREFIX}gone-"
_NAME_CHARACTERS = 40
_NO_FILE_NAME = re.compile(r"[^\w .()-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|cells)(\..*)?", re.IGNORECASE)


def candidates(shelf: Path) -> Iterator[Path]:
    """What the instrument takes for packs: the same as device.shelf, which tests hold it to."""
    for path in sorted(shelf.iterdir()):
        is_pack = path.suffix == ARCHIVE_SUFFIX or has_manifest(path)
        if is_pack and not path.name.startswith("."):
            yield path


def has_manifest(folder: Path) -> bool:
    """Whether a folder is a pack; a manifest of 0 bytes is what a power cut left on FAT."""
    try:
        return (folder / MANIFEST_NAME).stat().st_size > 0
    except OSError:
        return False


def folders(shelf: Path) -> Iterator[Path]:
    """Folders that are, were or will be packs; no links."""
    for path in sorted(shelf.iterdir()):
        is_pack = path.name != CELLS_DIRECTORY and not path.name.startswith(".")
        if is_pack and path.is_dir() and not path.is_symlink():
            yield path


def shared_cell(shelf: Path, name: str) -> Path:
    """Where the cell with this name lies."""
    return shelf / shared_cell_member(name)


def new_folder(shelf: Path, pack_name: str) -> Path:
    """A folder name for a pack that no other thing has, on systems that ignore case too."""
    plain = _NO_FILE_NAME.sub("-", pack_name)[:_NAME_CHARACTERS].strip(" .-") or "pack"
    if _RESERVED.fullmatch(plain):
        plain = f"{plain.split('.')[0]}-pack"
    taken = {path.name.casefold() for path in shelf.iterdir() if not _is_empty_folder(path)}
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain}-{number}"
    return shelf / name


def _is_empty_folder(path: Path) -> bool:
    """As a power cut may leave one before anything was in it."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())
