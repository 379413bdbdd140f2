"""What an install has to write and whether it fits: known before the first byte."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from device.pack import Pack, PackDamagedError, PackUnsafeError, manifest_from_json
from device.pack.limits import CELL_BYTES, MANIFEST_BYTES
from device.pack.members import MANIFEST_NAME, cell_names
from device.pack.strict_json import loads
from sdcard.packs.durable import writing
from sdcard.packs.errors import FileTooLargeError, NoSpaceError
from sdcard.packs.layout import HIDDEN_PREFIX, shared_cell

FILE_BYTES = CELL_BYTES
"""Longest file: FAT16's 2 GiB - 1, as long as the longest cell may be; FAT32 has 4 GiB - 1."""

SPARE_BYTES = 1 << 20
"""What stays free for directories and for the instrument's patches, beside 1 % of what is added."""


@dataclass(frozen=True)
class Plan:
    """The files of one pack and their sizes in bytes."""

    manifest: bytes
    missing: dict[str, int]  # cells to be written
    present: dict[str, int]  # cells of that length that are there; their bytes are to be checked
    preview_bytes: int

    @property
    def cells(self) -> list[str]:
        """Names of all cells."""
        return [*self.missing, *self.present]

    @property
    def total_bytes(self) -> int:
        """Of all files."""
        cells = sum(self.missing.values()) + sum(self.present.values())
        return cells + self.preview_bytes + len(self.manifest)


def make_plan(pack: Pack, shelf: Path) -> Plan:
    """Look at all files of a pack. Raises the errors of a pack, and FileTooLargeError."""
    missing: dict[str, int] = {}
    present: dict[str, int] = {}
    for name in cell_names(pack.manifest):
        extent = pack.open_cell_file(name)
        extent.close()
        path = shared_cell(shelf, name)
        is_there = path.is_file() and path.stat().st_size == extent.size
        (present if is_there else missing)[name] = extent.size
    return Plan(_manifest_bytes(pack), missing, present, _preview_bytes(pack))


def _manifest_bytes(pack: Pack) -> bytes:
    """As they are in the source, if they still say what was read when it was opened."""
    extent = pack.open_member(MANIFEST_NAME)
    try:
        data = extent.read(0, min(extent.size, MANIFEST_BYTES))
    finally:
        extent.close()
    path = str(extent.path)
    if manifest_from_json(loads(data, MANIFEST_BYTES, path), path) != pack.manifest:
        raise PackDamagedError(path, "changed while it was read")
    return data


def _preview_bytes(pack: Pack) -> int:
    preview = pack.manifest.preview
    if preview is None:
        return 0
    if any(part.casefold().startswith(HIDDEN_PREFIX) for part in preview.split("/")):
        raise PackUnsafeError(pack.path / preview, f"a preview may not be called {HIDDEN_PREFIX}*")
    extent = pack.open_member(preview)
    extent.close()
    if extent.size > FILE_BYTES:
        raise FileTooLargeError(extent.path, f"{extent.size} bytes; at most {FILE_BYTES} allowed")
    return extent.size


def check_space(plan: Plan, shelf: Path, name: str) -> None:
    """Raise NoSpaceError unless all that is missing fits, whole clusters and spare room counted."""
    with writing(shelf):
        card = os.statvfs(shelf)
    sizes = [*plan.missing.values(), plan.preview_bytes, len(plan.manifest)]
    clusters = sum(-(-size // card.f_frsize) for size in sizes) * card.f_frsize
    needed, free = clusters + clusters // 100 + SPARE_BYTES, card.f_bavail * card.f_frsize
    if needed > free:
        raise NoSpaceError(
            shelf,
            f"{name} needs {clusters / 1e6:.1f} MB and {(needed - clusters) / 1e6:.1f} MB to spare,"
            f" {free / 1e6:.1f} MB are free; remove a pack or take a larger card",
        )
