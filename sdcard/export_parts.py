"""What every export needs of a pack: its combinations, file names, key zones and credits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from device.pack import CORNERS, Combination, Manifest
from device.pack.places import nearest_pitch
from sdcard.exchange_errors import ExportChoiceError, OutputInTheWayError

KEYS = range(128)
CREDITS_NAME = "credits.txt"
_ODD = re.compile(r"[^a-z0-9]+")


def plain_names(names: Sequence[str]) -> list[str]:
    """The names as parts of file names: a-z and 0-9 only, each different from the others."""
    found: list[str] = []
    for name in names:
        plain = _ODD.sub("", name.casefold()) or "sound"
        number, candidate = 2, plain
        while candidate in found:
            candidate, number = f"{plain}{number}", number + 1
        found.append(candidate)
    return found


def combination_name(manifest: Manifest, combination: Combination) -> str:
    """<top left>_<top right>_<bottom left>_<bottom right>, in plain names."""
    parts = [
        plain_names([instrument.name for instrument in corner])[index]
        for corner, index in zip(manifest.corners, combination.instruments, strict=True)
    ]
    return "_".join(parts)


def chosen_combinations(manifest: Manifest, wanted: Sequence[str]) -> list[Combination]:
    """The combinations with these indices or names (four, joined by commas); all without a wish.

    Raises ExportChoiceError.
    """
    if not wanted:
        return list(manifest.combinations)
    return [_combination(manifest, one) for one in wanted]


def _combination(manifest: Manifest, wanted: str) -> Combination:
    names = [",".join(_names(manifest, one)).casefold() for one in manifest.combinations]
    asked = ",".join(part.strip() for part in wanted.split(",")).casefold()
    if asked in names:
        return manifest.combinations[names.index(asked)]
    if wanted.isdecimal() and int(wanted) < len(names):
        return manifest.combinations[int(wanted)]
    order = ", ".join(corner.value for corner in CORNERS)
    raise ExportChoiceError(
        f"no combination {wanted!r}: give an index of 0..{len(names) - 1} or four names in the"
        f" order {order}, such as {names[0]}"
    )


def _names(manifest: Manifest, combination: Combination) -> list[str]:
    pairs = zip(manifest.corners, combination.instruments, strict=True)
    return [corner[index].name for corner, index in pairs]


def key_zones(pitches: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Pitch -> (lowest, highest) key that plays it."""
    nearest = {key: nearest_pitch(key, pitches) for key in KEYS}
    zones = {}
    for pitch in pitches:
        keys = [key for key in KEYS if nearest[key] == pitch]
        zones[pitch] = (keys[0], keys[-1])
    return zones


def fresh_folder(path: Path) -> Path:
    """A folder that is there and empty; raises OutputInTheWayError, touching nothing."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise OutputInTheWayError(f"{path}: is not an empty folder; name a new one")
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_credits(folder: Path, manifest: Manifest) -> None:
    """Whose sounds these are and on what terms: they must travel with the sounds."""
    lines = [
        f"{manifest.name}",
        f"author: {manifest.author or 'not named'}",
        f"licence: {manifest.licence or 'not named'}",
        *(f"{one.sound}: {one.source} ({one.licence})" for one in manifest.credits),
    ]
    (folder / CREDITS_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
