"""What an install has to write and whether it fits: known before the first byte."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from device.pack.limits import CELL_BYTES
from sdcard.packs.durable import writing
from sdcard.packs.errors import FileTooLargeError, NoSpaceError
from sdcard.packs.layout import shared_cell
from sdcard.packs.source import Source

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


def make_plan(source: Source, shelf: Path) -> Plan:
    """Compare a pack with what is on the card. Raises FileTooLargeError."""
    missing: dict[str, int] = {}
    present: dict[str, int] = {}
    for name, size in source.sizes.items():
        path = shared_cell(shelf, name)
        is_there = path.is_file() and path.stat().st_size == size
        (present if is_there else missing)[name] = size
    if source.preview_bytes > FILE_BYTES:
        raise FileTooLargeError(
            str(source.manifest.preview),
            f"{source.preview_bytes} bytes; at most {FILE_BYTES} allowed",
        )
    return Plan(source.manifest_data, missing, present, source.preview_bytes)


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
