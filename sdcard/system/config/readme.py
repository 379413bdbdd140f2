"""Reads the list of overlays that comes with the firmware, overlays/README, into a catalogue.

Its introduction promises indentation that a program can read: fields in the first column, names of
parameters in the ninth, their descriptions further right.
"""

from __future__ import annotations

import re

from sdcard.system.config.overlays import Catalogue

BASE = "<The"  # of "<The base DTB>"
_PARAMETER = re.compile(r"^(?:Params:| {7}) ([^\s<]\S*)(?: {2,}|$)", re.MULTILINE)
_RENAMED = re.compile(r"renamed(?: to)?\s+([\w-]+)")
_SEE = re.compile(r"^Info: +See ([\w-]+)", re.MULTILINE)


def read_catalogue(text: str) -> Catalogue:
    """All overlays of the list; of one that is as good as empty, the table of overlays.py."""
    entries = {name: entry for name, entry in _entries(text) if name != BASE}
    base = "".join(entry for name, entry in _entries(text) if name == BASE)
    if len(entries) < 10 or not base:
        return Catalogue()
    return Catalogue(
        {name: _parameters(name, entries) for name in entries},
        frozenset(_PARAMETER.findall(base)) | Catalogue().base,
        {**Catalogue().instead, **_renamed(entries)},
        is_complete=True,
    )


def _entries(text: str) -> list[tuple[str, str]]:
    """Name of each entry, and its text."""
    blocks = re.split(r"^(?=Name: )", text.replace("\r\n", "\n"), flags=re.MULTILINE)[1:]
    return [(block.split(maxsplit=2)[1], block) for block in blocks if len(block.split()) > 1]


def _parameters(name: str, entries: dict[str, str], depth: int = 3) -> frozenset[str] | None:
    """None where the list says nothing of them."""
    entry = entries[name]
    seen = _SEE.search(entry)
    if seen and seen[1] in entries and depth:
        return _parameters(seen[1], entries, depth - 1)
    _, has_parameters, text = entry.partition("\nParams:")
    return frozenset(_PARAMETER.findall(f"Params:{text}")) if has_parameters else None


def _renamed(entries: dict[str, str]) -> dict[str, str]:
    outdated = {name: entry for name, entry in entries.items() if "<Deprecated>" in entry}
    found = {name: _RENAMED.search(entry) for name, entry in outdated.items()}
    renamed = {name: match[1] for name, match in found.items() if match}
    return {name: new for name, new in renamed.items() if name not in Catalogue().instead}
