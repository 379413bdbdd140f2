"""How the kernels cut their work into tiles, for a GPU and a batch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audio_pipeline.nsynth.model import Sizes


@dataclass(frozen=True)
class Gpu:
    """What a choice depends on."""

    processors: int  # streaming multiprocessors
    shared_bytes: int  # of memory that one block may have


@dataclass(frozen=True)
class Tile:
    """The tile of one product: rows of the batch, columns, and depth of a step of the sum."""

    m: int
    n: int
    k: int
    warps: int
    stages: int

    def shared_bytes(self, element_bytes: int = 2) -> int:
        """Of the operands in flight."""
        return self.stages * self.k * (self.m + self.n) * element_bytes


@dataclass(frozen=True)
class Tiles:
    """The tiles of every product of a step, and the parts of the sum over all layers."""

    gate: Tile
    res: Tile
    skip: Tile
    splits: int
    head: Tile
    output: Tile
    group: int = 8  # rows of tiles that read the same weights at a time


_ONE = Tile(1, 1, 1, 1, 1)
UNTILED = Tiles(_ONE, _ONE, _ONE, 1, _ONE, _ONE)  # for `plain`, which has no tiles

# rows, columns, warps, and how much of the arithmetic's rate such a tile reaches: an estimate
# from its operations per byte of shared memory, only its order matters
_SHAPES = (
    (128, 256, 8, 1.0), (128, 128, 4, 0.85), (64, 256, 4, 0.8), (64, 128, 4, 0.7),
    (64, 64, 4, 0.5), (64, 32, 4, 0.35), (32, 32, 2, 0.25), (16, 32, 2, 0.2), (16, 16, 1, 0.1),
)  # fmt: skip
_SPLITS = (1, 2, 3, 5, 6, 10)


def suits_tiles(sizes: Sizes) -> bool:
    """Whether the kernels can cut a model of these widths into tiles."""
    return sizes.decoder_width % 16 == 0 and sizes.skip_width % 16 == 0 and sizes.classes == 256


def choose_tiles(sizes: Sizes, batch: int, gpu: Gpu) -> Tiles:
    """The tiles for a batch; ValueError for widths that do not suit them."""
    width, skip = sizes.decoder_width, sizes.skip_width
    if not suits_tiles(sizes):
        raise ValueError(
            f"the kernels need widths in multiples of 16 and 256 classes, not decoder width "
            f"{width}, skip width {skip} and {sizes.classes} classes"
        )
    summed = _choose(batch, skip, width, gpu, sizes.decoder_depth)
    return Tiles(
        gate=_choose(batch, 2 * width, width, gpu),
        res=_choose(batch, width, width, gpu),
        skip=summed,
        splits=_splits(sizes, batch, summed, gpu),
        head=_choose(batch, skip, skip, gpu),
        output=_choose(batch, sizes.classes, skip, gpu),
    )


def full_waves(tiles: int, processors: int) -> float:
    """The share of the processors that have work, until the last tile is done."""
    return tiles / (math.ceil(tiles / processors) * processors)


def _choose(batch: int, columns: int, depth: int, gpu: Gpu, parts: int = 1) -> Tile:
    """The tile that promises most, of those that fit; `parts`: how often a sum may be cut."""

    def promise(shape: tuple[int, int, int, float]) -> float:
        m, n, _, rate = shape
        rows = math.ceil(batch / m)
        most = rows * columns // n * parts
        return rate * full_waves(most, gpu.processors) * batch / (rows * m)

    fitting = [shape for shape in _SHAPES if columns % shape[1] == 0]
    for m, n, warps, _ in sorted(fitting, key=promise, reverse=True):
        for k, stages in ((64, 4), (64, 3), (32, 4), (32, 3), (16, 3)):
            tile = Tile(m, n, k, warps, stages)
            if depth % k == 0 and tile.shared_bytes() <= gpu.shared_bytes:
                return tile
    raise ValueError(f"no tile fits {columns} columns, {depth} deep, in {gpu}")


def _splits(sizes: Sizes, batch: int, tile: Tile, gpu: Gpu) -> int:
    """The parts that fill the processors best; the fewest of equals."""
    blocks = math.ceil(batch / tile.m) * sizes.skip_width // tile.n
    allowed = [parts for parts in _SPLITS if sizes.decoder_depth % parts == 0]

    def full(parts: int) -> tuple[float, int]:
        return round(full_waves(blocks * parts, gpu.processors), 2), -parts

    return max(allowed, key=full)
