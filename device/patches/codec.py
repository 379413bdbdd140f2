"""Patches to and from the JSON of their file.

    {"format": "latentpad patches", "version": 1, "patches": [
        {"slot": 0, "name": "", "pack": "<pack id>",
         "instruments": {"top_left": "...", "top_right": "...", ...},
         "turns": {"position": 0.0, "attack": 0.3, ...}, "x": 0.5, "y": 0.5}]}

All keys are required and no others are known. A number out of its range is clamped, as
synthesizers do with what they are sent; anything else that is wrong makes the file invalid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from device.errors import PatchError
from device.pack.corners import CORNERS
from device.pack.errors import PackError
from device.pack.fields import Fields
from device.pack.limits import TEXT_CHARACTERS
from device.pack.strict_json import loads
from device.parameters import PARAMETERS
from device.patches.clamp import take_clamped
from device.patches.patch import SLOTS, Patch

FORMAT, VERSION = "latentpad patches", 1
MOST_BYTES = 4 * 2**20  # the most that 128 patches of the longest names in \u escapes can take


@dataclass
class Decoded:
    """What a file holds and what had to be changed about it."""

    patches: dict[int, Patch] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def clamped(self, fields: Fields, key: str) -> float:
        """A number of a key, moved into 0..1 with a warning if it is outside."""
        nearest, is_moved = take_clamped(fields, key)
        if is_moved:
            where = f"{fields.path}: {fields.place(key)}"
            self.warnings.append(f"{where}: outside 0..1, taken as {nearest:g}")
        return nearest


def encode(patches: Mapping[int, Patch]) -> bytes:
    """The file of these patches, in order of slots."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "patches": [_to_json(slot, patches[slot]) for slot in sorted(patches)],
    }
    return (json.dumps(document, indent=1) + "\n").encode("ascii")


def _to_json(slot: int, patch: Patch) -> dict[str, object]:
    return {
        "slot": slot,
        "name": patch.name,
        "pack": patch.pack_id,
        "instruments": dict(zip(CORNERS, patch.instruments, strict=True)),
        "turns": {p.name: turn for p, turn in zip(PARAMETERS, patch.turns, strict=True)},
        "x": patch.x,
        "y": patch.y,
    }


def decode(data: bytes, path: str) -> Decoded:
    """The patches in a file; `path` names it. Raises PatchError naming the key and the cause."""
    decoded = Decoded()
    try:
        fields = Fields(loads(data, MOST_BYTES, path), path)
        fields.choice("format", (FORMAT,))
        _check_version(fields)
        for item in fields.each("patches", (0, SLOTS)):
            slot = item.integer("slot", (0, SLOTS - 1))
            if slot in decoded.patches:
                item.fail("slot", f"{slot} is there twice")
            decoded.patches[slot] = _from_json(item, decoded)
        fields.finish()
    except PackError as error:
        raise PatchError(str(error)) from None
    return decoded


def _check_version(fields: Fields) -> None:
    version = fields.integer("version", (1, 10**9))
    if version > VERSION:
        fields.fail(
            "version",
            f"written by a newer latentpad (format {version}, this one knows {VERSION}): "
            "update it, or move the file away",
        )


def _from_json(fields: Fields, decoded: Decoded) -> Patch:
    name = fields.text("name", TEXT_CHARACTERS, fewest=0)
    pack_id = fields.text("pack", TEXT_CHARACTERS, fewest=0)
    instruments, turns = fields.nested("instruments"), fields.nested("turns")
    patch = Patch(
        name,
        pack_id,
        tuple(instruments.text(corner, TEXT_CHARACTERS, fewest=0) for corner in CORNERS),
        tuple(decoded.clamped(turns, parameter.name) for parameter in PARAMETERS),
        decoded.clamped(fields, "x"),
        decoded.clamped(fields, "y"),
    )
    for part in (instruments, turns, fields):
        part.finish()
    return patch
