"""Finds the pads of Open NSynth Super in a folder: sizes checked, sounds put in their corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from sdcard.exchange_errors import ForeignFormatError, NothingToImportError
from sdcard.upstream_layout import PadShape, pad_name
from sdcard.upstream_settings import Corners, UpstreamSettings

AS_DEVICE, BOTTOM_SWAPPED = "as-device", "bottom-swapped"
CORNER_ORDERS = (AS_DEVICE, BOTTOM_SWAPPED)


@dataclass(frozen=True)
class FoundPad:
    """A pad's file, and the number of its sound in each corner, in order of CORNERS."""

    path: Path
    instruments: tuple[int, int, int, int]


def find_pads(
    folder: Path, settings: UpstreamSettings, corner_order: str
) -> tuple[Corners, list[FoundPad]]:
    """The sounds per corner and the pads that are there, sizes checked.

    as-device: the third part of a file name is the bottom left. bottom-swapped: the files were
    renamed, and their third part is what sounds at the bottom right. Raises NothingToImportError
    and ForeignFormatError.
    """
    found = [(corners, _present(folder, corners)) for corners in settings.orders]
    parts, pads = max(found, key=lambda item: len(item[1]))
    if not pads:
        example = pad_name(tuple(corner[0].name for corner in parts))
        raise NothingToImportError(
            f"{folder}: has none of the pads that its settings name, such as {example}"
        )
    for pad in pads:
        _check_size(pad.path, settings.shape)
    parts, pads = _only_used(parts, pads)
    if corner_order == AS_DEVICE:
        return parts, pads
    swapped = (parts[0], parts[1], parts[3], parts[2])
    return swapped, [FoundPad(pad.path, _swapped(pad.instruments)) for pad in pads]


def _swapped(four: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return four[0], four[1], four[3], four[2]


def _present(folder: Path, parts: Corners) -> list[FoundPad]:
    pads = []
    for a, b, c, d in product(*(range(len(corner)) for corner in parts)):
        names = parts[0][a].name, parts[1][b].name, parts[2][c].name, parts[3][d].name
        path = folder / pad_name(names)
        if path.is_file():
            pads.append(FoundPad(path, (a, b, c, d)))
    return pads


def _check_size(path: Path, shape: PadShape) -> None:
    size = path.stat().st_size
    if size != shape.size:
        rows, columns, pitches, frames = shape.dimensions
        raise ForeignFormatError(
            f"{path}: has {size} bytes; {rows} x {columns} cells of {pitches} pitches of {frames}"
            f" samples of 2 bytes are {shape.size}: copy it again, or correct the settings"
        )


def _only_used(parts: Corners, pads: Sequence[FoundPad]) -> tuple[Corners, list[FoundPad]]:
    """Without the sounds of which no pad is there: nobody could choose them."""
    used = [sorted({pad.instruments[part] for pad in pads}) for part in range(4)]
    kept = tuple(tuple(parts[part][i] for i in used[part]) for part in range(4))
    again = []
    for pad in pads:
        a, b, c, d = (used[part].index(pad.instruments[part]) for part in range(4))
        again.append(FoundPad(pad.path, (a, b, c, d)))
    return kept, again


def unknown_pads(folder: Path, pads: Sequence[FoundPad]) -> Iterator[str]:
    """Names of .bin files that no settings name."""
    known = {pad.path.name for pad in pads}
    yield from sorted(path.name for path in folder.glob("*.bin") if path.name not in known)
