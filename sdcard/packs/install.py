"""Puts a pack on a card: its cells first, its manifest last, so that it is there whole or not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device.pack import PackError, PackWriteError, open_pack
from device.pack.members import CELLS_DIRECTORY, MANIFEST_NAME
from sdcard.packs import layout
from sdcard.packs.copying import OnBytes, copy_cells, damaged_cells
from sdcard.packs.durable import (
    make_directory,
    put,
    sync_directory,
    sync_many,
    writing,
)
from sdcard.packs.errors import NotAShelfError, SourceLostError
from sdcard.packs.inventory import entries
from sdcard.packs.pack_source import PackSource
from sdcard.packs.plan import Plan, check_space, make_plan
from sdcard.packs.remove import keep_list, take_off
from sdcard.packs.shelf_lock import check_shelf, locked
from sdcard.packs.source import Source
from sdcard.packs.sweep import collect, sweep, sweep_folder


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
    with open_pack(source) as pack:
        check_shelf(shelf)
        _check_outside(source, shelf)
        return install_from(PackSource(pack), shelf, on_total=on_total, on_bytes=on_bytes)


def install_from(
    source: Source,
    shelf: Path,
    *,
    on_total: Callable[[int], None] = _ignore,
    on_bytes: OnBytes = _ignore,
) -> Installed:
    """The same for a pack from anywhere. Raises SourceLostError too: what has come stays then."""
    with locked(shelf), writing(shelf):
        plan = _plan(source, shelf, on_total, on_bytes)
        try:
            copy_cells(source, plan.missing, shelf, on_bytes)
        except (PackWriteError, SourceLostError):
            raise  # what is whole stays: the next attempt goes on with it
        except PackError:
            sweep(shelf)  # nothing of a damaged pack stays
            raise
        # again for all: those that were there may be of a process that was stopped just now
        sync_many([layout.shared_cell(shelf, name) for name in plan.cells], shelf)
        path = _commit(source, plan, shelf)
    on_bytes(plan.preview_bytes + len(plan.manifest))
    shared = sum(plan.present.values())
    return Installed(path, source.manifest.name, plan.total_bytes - shared, shared)


def _check_outside(source: Path, shelf: Path) -> None:
    if shelf.resolve() in source.resolve().parents:
        raise NotAShelfError(source, f"lies in {shelf} already")


def _plan(source: Source, shelf: Path, on_total: Callable[[int], None], on_bytes: OnBytes) -> Plan:
    """The plan of the install, once it is known to fit and which cells are there already."""
    plan = make_plan(source, shelf)
    sweep(shelf, frozenset(plan.present))
    on_total(plan.total_bytes)
    for name in damaged_cells(list(plan.present), shelf, on_bytes):
        plan.missing[name] = plan.present.pop(name)
    check_space(plan, shelf, source.manifest.name)
    for shard in {layout.shared_cell(shelf, name).parent for name in plan.missing}:
        make_directory(shard)
    return plan


def _commit(source: Source, plan: Plan, shelf: Path) -> Path:
    """Make the pack appear, or change, in one step; then take away what it replaces."""
    same = [
        e for e in entries(shelf) if e.manifest and e.manifest.pack_id == source.manifest.pack_id
    ]
    ours = [entry.path for entry in same if _is_ours(entry.path)]
    folder = ours[0] if ours else layout.new_folder(shelf, source.manifest.name)
    make_directory(folder)
    with writing(shelf):
        sync_directory(shelf)
    if ours:
        keep_list(folder, layout.GONE_MANIFEST, (folder / MANIFEST_NAME).read_bytes())
    keep_list(folder, layout.NEW_MANIFEST, plan.manifest)
    _put_preview(source, folder)
    put(folder / MANIFEST_NAME, folder / layout.NEXT_MANIFEST, [plan.manifest])
    with contextlib.suppress(PackError):  # the new pack is whole, a file too many is no failure
        sweep_folder(folder)
    for entry in same:
        if entry.path != folder:
            take_off(entry.path)
    collect(shelf)
    return folder


def _is_ours(path: Path) -> bool:
    """A folder whose cells are the shared ones; one with its own is replaced as a whole."""
    return path.is_dir() and not path.is_symlink() and not (path / CELLS_DIRECTORY).exists()


def _put_preview(source: Source, folder: Path) -> None:
    preview = source.manifest.preview
    if preview is not None:
        make_directory((folder / preview).parent)
        put(folder / preview, folder / layout.NEW_PREVIEW, source.preview())
