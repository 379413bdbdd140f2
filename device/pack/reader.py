"""Opens sound packs: the manifest at once, cells when they are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from device.pack import limits
from device.pack.cell_table import CellHeader
from device.pack.errors import PackInvalidError, PackUnsafeError
from device.pack.manifest import manifest_from_json
from device.pack.members import MANIFEST_NAME, cell_member, is_cell_name
from device.pack.model import Manifest, PlayMode
from device.pack.open_cell import Cell
from device.pack.stores import Extent, Store, open_store, read_manifest_bytes
from device.pack.strict_json import loads

__all__ = ["Cell", "Pack", "open_pack"]

MOST_OPEN_CELLS = 256
"""Cells a pack keeps open. Each takes a file descriptor, of which a process has about 1000."""


class Pack:
    """An open sound pack; a context manager. Any thread may ask it for cells."""

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self.manifest: Manifest = _read_manifest(path, store)
        self._store: Store | None = store
        self._cells: OrderedDict[str, Cell] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Pack:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the files; may be called twice. Cells and heads in use stay readable."""
        with self._lock:
            store, self._store = self._store, None
            self._cells.clear()
        if store is not None:
            store.close()

    def cell(self, name: str) -> Cell:
        """The cell with this name, opened on first use.

        Raises PackNotFoundError, PackDamagedError, PackInvalidError or PackUnsafeError for one
        that is not there or does not fit the manifest; ValueError once the pack is closed.
        """
        with self._lock:
            cell = self._cells.get(name)
            if cell is None:
                cell = self._cells[name] = self._open(name)
                if len(self._cells) > MOST_OPEN_CELLS:
                    self._cells.popitem(last=False)
            self._cells.move_to_end(name)
            return cell

    def open_member(self, member: str) -> Extent:
        """The bytes of a file of the pack; the caller closes what it gets."""
        if self._store is None:
            raise ValueError(f"{self.path} is closed")
        return self._store.open(member)

    def open_cell_file(self, name: str) -> Extent:
        """The bytes of a cell, refused if there are too many; the caller closes what it gets."""
        extent = self.open_member(cell_member(name))
        if extent.size > limits.CELL_BYTES:
            extent.close()
            most = limits.CELL_BYTES
            raise PackUnsafeError(extent.path, f"{extent.size} bytes; at most {most} are allowed")
        return extent

    def _open(self, name: str) -> Cell:
        if not is_cell_name(name):
            raise PackInvalidError(self.path, f"{name[:70]!r} is not the name of a cell")
        extent = self.open_cell_file(name)
        try:
            cell = Cell(name, extent)
        finally:
            extent.close()
        check_agrees(cell.header, self.manifest, cell.path)
        return cell


def open_pack(path: str | Path) -> Pack:
    """Open the sound pack in a directory or an .onsp archive; raises a PackError saying why not."""
    path = Path(path)
    store = open_store(path)
    try:
        return Pack(path, store)
    except BaseException:
        store.close()
        raise


def _read_manifest(path: Path, store: Store) -> Manifest:
    where = str(path / MANIFEST_NAME)
    document = loads(read_manifest_bytes(store), limits.MANIFEST_BYTES, where)
    return manifest_from_json(document, where)


def check_agrees(header: CellHeader, manifest: Manifest, path: Path) -> None:
    """Raise PackInvalidError unless a cell has the rate, pitches and loops of its pack."""
    for what, has, wanted in (
        ("sample rate", header.rate_hz, manifest.sample_rate_hz),
        ("pitches", tuple(header.notes), manifest.pitches),
    ):
        if has != wanted:
            raise PackInvalidError(path, f"{what} {has}, the manifest has {wanted}")
    for pitch, note in header.notes.items():
        if note.mode is PlayMode.LOOP and header.loops[pitch] != manifest.loops.get(pitch):
            wanted_loop = manifest.loops.get(pitch)
            raise PackInvalidError(
                path, f"pitch {pitch} has {header.loops[pitch]}, the manifest {wanted_loop}"
            )
