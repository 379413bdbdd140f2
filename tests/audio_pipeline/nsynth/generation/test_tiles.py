"""Tiles fit the GPU, divide the matrices and fill the processors."""

from __future__ import annotations

import pytest

from audio_pipeline.nsynth.generation.tiles import Gpu, Tile, choose_tiles, full_waves
from audio_pipeline.nsynth.model import Sizes

PUBLISHED = Sizes(512, 256, 128, 16, 256, decoder_depth=30, encoder_depth=30)
GPUS = {"A100": Gpu(108, 166_912), "4090": Gpu(128, 101_376), "H100": Gpu(132, 232_448),
        "small": Gpu(20, 65_536)}  # fmt: skip


@pytest.mark.parametrize("batch", [1, 7, 64, 512, 2048, 8448, 16_896])
@pytest.mark.parametrize("gpu", GPUS.values(), ids=GPUS)
@pytest.mark.parametrize(("width", "skip", "layers"), [(512, 256, 30), (64, 64, 20), (48, 16, 7)])
def test_tiles_fit(batch: int, gpu: Gpu, width: int, skip: int, layers: int) -> None:
    sizes = Sizes(width, skip, 16, 16, 256, decoder_depth=layers, encoder_depth=1)
    tiles = choose_tiles(sizes, batch, gpu)
    cases = [(tiles.gate, 2 * width, 3 * width), (tiles.res, width, width),
             (tiles.skip, skip, width * layers // tiles.splits), (tiles.head, skip, skip),
             (tiles.output, 256, skip)]  # fmt: skip
    assert layers % tiles.splits == 0
    for tile, columns, depth in cases:
        assert columns % tile.n == 0
        assert depth % tile.k == 0
        assert tile.shared_bytes() <= gpu.shared_bytes
        assert min(tile.m, tile.n, tile.k) >= 16


def test_whole_waves_on_132_processors() -> None:
    tiles = choose_tiles(PUBLISHED, 8448, GPUS["H100"])
    assert (tiles.gate.m, tiles.gate.n) == (128, 256)
    assert full_waves(66 * 4, 132) == full_waves(66 * 2, 132) == 1
    assert tiles.splits == 2  # 66 tiles of 128 x 256 are half a wave


def test_a_small_batch_spreads_the_weights_over_the_processors() -> None:
    tiles = choose_tiles(PUBLISHED, 64, GPUS["H100"])
    assert -(-64 // tiles.gate.m) * 1024 // tiles.gate.n >= 32
    assert tiles.splits > 2


def test_other_widths_are_refused() -> None:
    with pytest.raises(ValueError, match="decoder width 24"):
        choose_tiles(Sizes(24, 16, 4, 3, 256, 3, 1), 4, GPUS["H100"])


def test_shared_memory_of_a_tile() -> None:
    assert Tile(128, 256, 64, 8, 4).shared_bytes() == 196_608
