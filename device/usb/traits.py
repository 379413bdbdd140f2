"""What tells one version of a pack from another, and how big it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from device import shelf
from device.pack.errors import PackError
from device.pack.limits import MANIFEST_BYTES
from device.pack.members import MANIFEST_NAME, cell_names
from device.pack.reader import Pack, open_pack

SAMPLED = 256
"""Cells of a folder that are measured: FAT finds each name by reading the folder from its start."""


def fingerprints(place: Path) -> dict[str, str]:
    """Of each pack in a folder, by its id."""
    found: dict[str, str] = {}
    for one in shelf.look(place).packs:
        try:
            with open_pack(one.path) as pack:
                found[one.pack_id] = fingerprint(pack)
        except PackError:
            continue  # removed just now
    return found


def fingerprint(pack: Pack) -> str:
    """Of a pack: its manifest names all else by its hash. Raises PackError."""
    extent = pack.open_member(MANIFEST_NAME)
    try:
        data = extent.read(0, min(extent.size, MANIFEST_BYTES))
    finally:
        extent.close()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def size_bytes(pack: Pack) -> int:
    """For a folder an estimate from some of its cells. Raises PackError and OSError."""
    if pack.path.is_file():
        return pack.path.stat().st_size
    names = cell_names(pack.manifest)
    sample = names[:: -(-len(names) // SAMPLED)]  # names are hashes: any of them are a fair choice
    measured = 0
    for name in sample:
        extent = pack.open_cell_file(name)
        measured += extent.size
        extent.close()
    return measured * len(names) // len(sample)
