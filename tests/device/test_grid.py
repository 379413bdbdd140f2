"""Looking up cells: equal cells once, the nearest first, combinations by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from device.errors import CombinationError
from device.grid import Grid, combination_names, find_combination
from device.pack import Manifest, open_pack


@pytest.fixture
def manifest(test_pack: Path) -> Manifest:
    with open_pack(test_pack) as pack:
        return pack.manifest


def grid_of(manifest: Manifest, *rows: str) -> Grid:
    cells = tuple(tuple(row) for row in rows)
    return Grid(manifest, replace(manifest.combinations[0], cells=cells))


def test_equal_neighbours_are_one_cell_with_the_sum_of_their_weights(manifest: Manifest) -> None:
    grid = grid_of(manifest, "aab", "aab", "ccd")
    assert grid.at(0.25, 0.25) == (("a", 1.0),)
    assert dict(grid.at(0.75, 0.75)) == {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}


def test_around_gives_the_nearest_first_and_each_once(manifest: Manifest) -> None:
    grid = grid_of(manifest, "abc", "def", "gha")
    assert grid.around(0.5, 0.5, 0) == ["e"]
    assert grid.around(0.0, 0.0, 1) == ["a", "b", "d", "e"]
    assert sorted(grid.around(0.5, 0.5, 1)) == list("abcdefgh")


def test_combinations_by_index_and_by_name(manifest: Manifest) -> None:
    only = manifest.combinations[0]
    assert find_combination(manifest, None) is find_combination(manifest, "0") is only
    assert find_combination(manifest, ",".join(combination_names(manifest, only)).upper()) is only


@pytest.mark.parametrize("wanted", ["1", "a,b,c,d", "", ",,,", "-1"])
def test_what_the_pack_does_not_have(manifest: Manifest, wanted: str) -> None:
    with pytest.raises(CombinationError, match="this pack has"):
        find_combination(manifest, wanted)
