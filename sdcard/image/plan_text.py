"""Says what an image will consist of, before it is made."""

from __future__ import annotations

from sdcard.disk_checks import size_text
from sdcard.image.layout import BOOT, PACKS, ROOT, STATE
from sdcard.image.prepare import Prepared
from sdcard.image.room import tree_bytes

MIB = 1 << 20


def plan_text(prepared: Prepared, packs: int) -> str:
    """Some lines: each partition with its size and what is changed or put there."""
    changes, base = prepared.changes, prepared.base
    grown = prepared.plan.sizes[ROOT.number] - base.root.stat().st_size
    notes = {
        BOOT: f"{len(changes.boot)} changes",
        ROOT: f"{len(changes.root)} changes" + (f", {grown // MIB} MiB added" if grown else ""),
        STATE: f"{len(changes.state)} entries",
        PACKS: f"{packs} packs, {size_text(tree_bytes(prepared.shelf))}; grows to fill the card",
    }
    lines = [
        f"  {place.number}  {place.label:9} {prepared.plan.sizes[place.number] // MIB:6} MiB"
        f"  {place.mount:15} {note}"
        for place, note in notes.items()
    ]
    card = size_text(prepared.plan.card_bytes)
    return "\n".join([*lines, f"  for cards of {card} or more; disk {prepared.plan.disk_id:08x}"])
