"""Puts a pack on a card: its cells first, its manifest last, so that it is there whole or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from device.pack import Manifest, Pack, PackError, PackWriteError, open_pack
from device.pack.members import CELLS_DIRECTORY, MANIFEST_NAME
from sdcard.packs import layout
from sdcard.packs.copying import OnBytes, copy_cells, damaged_cells
from sdcard.packs.durable import (
    create,
    delete,
    make_directory,
    put,
    rename,
    sync_directory,
    sync_many,
    writing,
)
from sdcard.packs.errors import NotAShelfError
from sdcard.packs.inventory import entries
from sdcard.packs.plan import Plan, check_space, make_plan
from sdcard.packs.remove import take_off
from sdcard.packs.shelf_lock import locked
from sdcard.packs.sweep import collect, read_manifest, sweep

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Installed:
    """What an install did."""

    path: Path  # of the pack on the card
    name: str
    written_bytes: int
    shared_bytes: int  # of cells that were on the card already


def _ignore(_: int) -> None:
    """For those who do not watch."""


def install(
    source: Path,
    shelf: Path,
    *,
    on_total: Callable[[int], None] = _ignore,
    on_bytes: OnBytes = _ignore,
) -> Installed:
    """Put a pack into a card's folder of packs, in the place of one with the same id.

    `on_total` is told the bytes of the whole pack, `on_bytes` those that became safe on the card,
    from any thread. Raises NotAShelfError, CardBusyError, NoSpaceError, FileTooLargeError, the
    errors of a pack that is not whole, and PackWriteError; the packs that were there still play.
    """
    with open_pack(source) as pack, locked(shelf):
        _check_outside(source, shelf)
        plan = _plan(pack, shelf, on_total, on_bytes)
        try:
            copy_cells(pack, plan.missing, shelf, on_bytes)
        except PackWriteError:
            raise  # what is whole stays: the next attempt goes on with it
        except PackError:
            sweep(shelf)  # nothing of a damaged pack stays
            raise
        # again for all: those that were there may be of a process that was stopped just now
        sync_many([layout.shared_cell(shelf, name) for name in plan.cells], shelf)
        path = _commit(pack, plan, shelf)
    on_bytes(plan.preview_bytes + len(plan.manifest))
    shared = sum(plan.present.values())
    return Installed(path, pack.manifest.name, plan.total_bytes - shared, shared)


def _check_outside(source: Path, shelf: Path) -> None:
    if shelf.resolve() in source.resolve().parents:
        raise NotAShelfError(source, f"lies in {shelf} already")


def _plan(pack: Pack, shelf: Path, on_total: Callable[[int], None], on_bytes: OnBytes) -> Plan:
    """The plan of the install, once it is known to fit and which cells are there already."""
    plan = make_plan(pack, shelf)
    sweep(shelf, frozenset(plan.present))
    on_total(plan.total_bytes)
    for name in damaged_cells(list(plan.present), shelf, on_bytes):
        plan.missing[name] = plan.present.pop(name)
    check_space(plan, shelf, pack.manifest.name)
    for shard in {layout.shared_cell(shelf, name).parent for name in plan.missing}:
        make_directory(shard)
    return plan


def _commit(pack: Pack, plan: Plan, shelf: Path) -> Path:
    """Make the pack appear, or change, in one step; then take away what it replaces."""
    same = [e for e in entries(shelf) if e.manifest and e.manifest.pack_id == pack.manifest.pack_id]
    ours = [entry.path for entry in same if _is_ours(entry.path)]
    folder = ours[0] if ours else layout.new_folder(shelf, pack.manifest.name)
    before = read_manifest(folder / MANIFEST_NAME)
    make_directory(folder)
    with writing(shelf):
        sync_directory(shelf)
    create(folder / layout.NEW_MANIFEST, [plan.manifest])
    with writing(folder):
        sync_directory(folder)  # from here on it tells the next sweep what else belongs to it
    _put_preview(pack, folder)
    rename(folder / layout.NEW_MANIFEST, folder / MANIFEST_NAME)
    _delete_old_preview(before, pack.manifest, folder)
    for entry in same:
        if entry.path != folder:
            take_off(entry.path)
    collect(shelf)
    return folder


def _is_ours(path: Path) -> bool:
    """A folder whose cells are the shared ones; one with its own is replaced as a whole."""
    return path.is_dir() and not path.is_symlink() and not (path / CELLS_DIRECTORY).exists()


def _put_preview(pack: Pack, folder: Path) -> None:
    preview = pack.manifest.preview
    if preview is None:
        return
    extent = pack.open_member(preview)

    def chunks() -> Iterator[bytes]:
        for offset in range(0, extent.size, _CHUNK_BYTES):
            yield extent.read(offset, min(_CHUNK_BYTES, extent.size - offset))

    try:
        make_directory((folder / preview).parent)
        put(folder / preview, folder / layout.NEW_PREVIEW, chunks())
    finally:
        extent.close()


def _delete_old_preview(before: Manifest | None, after: Manifest, folder: Path) -> None:
    """That of the earlier version, if the new one's has another name."""
    if before is not None and before.preview not in (None, after.preview):
        try:
            delete(folder / str(before.preview))
        except PackError:
            return  # the new pack is whole; a file too many is no reason to call it a failure
