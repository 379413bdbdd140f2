"""Facts of the packs of a folder, for a table, a program, or the other end of a wire."""

from __future__ import annotations

from pathlib import Path

from sdcard.packs.inventory import Entry, entries

OK = "ok"
STATE = "state"
"""The fact that tells why a pack cannot be played, or OK."""

Facts = dict[str, object]


def shelf_facts(shelf: Path) -> list[Facts]:
    """Of each pack. Raises NotAShelfError."""
    return [_facts(entry) for entry in entries(shelf)]


def _facts(entry: Entry) -> Facts:
    manifest = entry.manifest
    pitches = list(manifest.pitches) if manifest else []
    return {
        "name": entry.name,
        "file": entry.path.name,
        "id": manifest.pack_id if manifest else "-",
        "MB": round(entry.size_bytes / 1e6, 1),
        "combinations": len(manifest.combinations) if manifest else 0,
        "pitches": f"{len(pitches)} ({pitches[0]}-{pitches[-1]})" if pitches else "-",
        STATE: entry.trouble or OK,
    }
