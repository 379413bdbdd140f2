"""Ways over the pad."""

from __future__ import annotations

import pytest

from audio_pipeline.quality.layout import corner_place, loop_places, pad_paths, place_weights
from device.pack import CORNERS, Corner


def test_corners_are_where_their_names_say() -> None:
    assert [corner_place(corner, 9, 5) for corner in CORNERS] == [(0, 0), (8, 0), (0, 4), (8, 4)]


def test_edges_and_diagonals_of_a_square() -> None:
    paths = pad_paths(9, 9)
    assert [path.name for path in paths] == ["top", "bottom", "left", "right"] + 2 * ["diagonal"]
    for path in paths:
        assert len(path.places) == 9
        assert path.places[0] == corner_place(path.first, 9, 9)
        assert path.places[-1] == corner_place(path.last, 9, 9)
    rising = paths[-1]
    assert (rising.first, rising.last) == (Corner.BOTTOM_LEFT, Corner.TOP_RIGHT)
    assert rising.places[:2] == ((0, 8), (1, 7))


def test_other_grids_have_edges_only() -> None:
    paths = pad_paths(9, 2)
    assert [len(path.places) for path in paths] == [9, 9, 2, 2]


def test_loop_places() -> None:
    assert loop_places(9, 9)[4] == (4, 4)
    assert len(loop_places(9, 9)) == 9
    assert loop_places(2, 2) == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_weights_of_a_place() -> None:
    assert place_weights((4, 0), 9, 9, "bilinear") == pytest.approx([0.5, 0.5, 0, 0])
    assert place_weights((8, 8), 9, 9, "distance") == pytest.approx([0, 0, 0, 1])
