"""The grid of cells that one combination of instruments plays, and choosing that combination."""

from __future__ import annotations

from device.errors import CombinationError
from device.pack.corners import CORNERS
from device.pack.model import Combination, Manifest
from device.pack.places import Cells, cells_at


class Grid:
    """Looks up cells of one combination by pad position."""

    def __init__(self, manifest: Manifest, combination: Combination) -> None:
        self.combination = combination
        self._cells = combination.cells
        self._columns, self._rows = manifest.columns, manifest.rows

    def at(self, x: float, y: float) -> Cells:
        """What sounds at (x, y) in 0..1; equal neighbouring cells are one cell."""
        return cells_at(self.combination, x, y)

    def around(self, x: float, y: float, reach: int) -> list[str]:
        """The cells within `reach` grid steps of (x, y), nearest first, each once."""
        across, down = x * (self._columns - 1), y * (self._rows - 1)
        near = [
            (max(abs(column - across), abs(row - down)), self._cells[row][column])
            for row in range(self._rows)
            for column in range(self._columns)
        ]
        ordered = sorted((item for item in near if item[0] <= reach), key=lambda item: item[0])
        return list(dict.fromkeys(name for _, name in ordered))

    def nearest_first(self, x: float, y: float) -> list[str]:
        """All cells, each once: what sounds at (x, y), then the others by distance."""
        sounding = [name for name, _ in self.at(x, y)]
        return list(dict.fromkeys([*sounding, *self.around(x, y, self._columns + self._rows)]))


def combination_names(manifest: Manifest, combination: Combination) -> tuple[str, ...]:
    """Instrument names of a combination in order of CORNERS."""
    pairs = zip(manifest.corners, combination.instruments, strict=True)
    return tuple(corner[index].name for corner, index in pairs)


def find_combination(manifest: Manifest, wanted: str | None) -> Combination:
    """A combination by its index, or by its four instrument names joined by commas.

    Without a wish it is the first one. Raises CombinationError listing what the pack has.
    """
    if wanted is None:
        return manifest.combinations[0]
    if wanted.isdecimal():
        return _by_index(manifest, int(wanted))
    names = tuple(part.strip().casefold() for part in wanted.split(","))
    for combination in manifest.combinations:
        if tuple(n.casefold() for n in combination_names(manifest, combination)) == names:
            return combination
    order = ", ".join(corner.value for corner in CORNERS)
    raise CombinationError(
        f"no combination {wanted!r} (order: {order}); this pack has {_list(manifest)}"
    )


def _by_index(manifest: Manifest, index: int) -> Combination:
    last = len(manifest.combinations) - 1
    if index > last:
        raise CombinationError(f"no combination {index}: this pack has 0..{last}")
    return manifest.combinations[index]


def _list(manifest: Manifest, most: int = 8) -> str:
    names = [",".join(combination_names(manifest, c)) for c in manifest.combinations[:most]]
    more = len(manifest.combinations) - most
    return "; ".join(names) + (f"; and {more} more" if more > 0 else "")
