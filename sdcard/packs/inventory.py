"""What packs are on a card: each with its size, and why it cannot be played if that is so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from device.pack import Manifest, Pack, PackError, open_pack
from device.pack.members import MANIFEST_NAME, cell_names
from sdcard.packs.errors import NoSuchPackError
from sdcard.packs.layout import candidates
from sdcard.packs.shelf_lock import check_shelf

_CELL_NAME = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One pack of the card, or what looks like one."""

    path: Path
    manifest: Manifest | None  # None: it cannot be opened
    size_bytes: int = 0  # of its cells and manifest, shared cells included
    trouble: str = ""  # why it cannot be played, '' if it can

    @property
    def name(self) -> str:
        """How the instrument calls it, or that of its file."""
        return self.manifest.name if self.manifest else self.path.name


def entries(shelf: Path) -> list[Entry]:
    """All packs in a folder, by name. Whether a cell's bytes are right is for `verify_pack`.

    Raises NotAShelfError.
    """
    check_shelf(shelf)
    found = [_entry(path) for path in candidates(shelf)]
    return sorted(found, key=lambda entry: entry.name.casefold())


def _entry(path: Path) -> Entry:
    try:
        with open_pack(path) as pack:
            size_bytes, trouble = _measure(pack)
            return Entry(path, pack.manifest, size_bytes, trouble)
    except PackError as error:
        return Entry(path, None, 0, str(error))


def _measure(pack: Pack) -> tuple[int, str]:
    """(bytes, trouble) of a pack that can be opened."""
    names = cell_names(pack.manifest)
    manifest = pack.open_member(MANIFEST_NAME)
    manifest.close()
    size, bad, first = manifest.size, 0, ""
    for name in names:
        try:
            extent = pack.open_cell_file(name)
        except PackError as error:
            bad, first = bad + 1, first or str(error)
            continue
        extent.close()
        size += extent.size
    return size, f"{bad} of {len(names)} cells cannot be read; {first}" if bad else ""


def find(shelf: Path, wanted: str) -> Entry:
    """The pack with this id, name or file name. Raises NoSuchPackError with what there is."""
    all_entries = entries(shelf)
    by_id = [e for e in all_entries if e.manifest and e.manifest.pack_id == wanted.lower()]
    by_file = [entry for entry in all_entries if entry.path.name == wanted]
    by_name = [entry for entry in all_entries if entry.name.casefold() == wanted.casefold()]
    for matches in (by_id, by_file, by_name):
        if len(matches) == 1:
            return matches[0]
        if matches:
            files = ", ".join(entry.path.name for entry in matches)
            raise NoSuchPackError(shelf, f"{wanted!r} is the name of several packs: {files}")
    names = ", ".join(entry.name for entry in all_entries) or "no pack at all"
    raise NoSuchPackError(shelf, f"has no pack {wanted!r}, but {names}")


def referenced_cells(shelf: Path) -> set[str] | None:
    """Names of all cells that packs of a folder need; None if that cannot be known.

    Of a manifest that cannot be understood (a later format, a damaged one) all that looks like the
    name of a cell counts, so nothing that might be needed is ever taken away.
    """
    found: set[str] = set()
    for path in candidates(shelf):
        if path.is_dir():
            try:
                data = (path / MANIFEST_NAME).read_bytes()
            except OSError:
                return None
            found |= {name.decode() for name in _CELL_NAME.findall(data)}
    return found
