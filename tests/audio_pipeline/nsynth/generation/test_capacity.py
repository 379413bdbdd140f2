"""Batch sizes from numbers of bytes."""

from __future__ import annotations

import pytest

from audio_pipeline.nsynth.generation.capacity import batch_size, half, notes_that_fit

NOTE, WEIGHTS = 6_360_000, 120_000_000  # of the published model


@pytest.mark.parametrize(
    ("free", "notes"), [(143_771 * 2**20, 22_262), (22_500_000_000, 3306), (7_200_000_000, 1045)]
)
def test_notes_that_fit(free: int, notes: int) -> None:
    fit = notes_that_fit(free, WEIGHTS, NOTE)
    assert fit == notes
    assert WEIGHTS + fit * NOTE <= 0.94 * free


def test_one_is_tried_even_where_nothing_seems_to_fit() -> None:
    assert notes_that_fit(10, WEIGHTS, NOTE) == 1


@pytest.mark.parametrize(
    ("notes", "fit", "multiple", "expected"),
    [
        (118_016, 22_260, 8448, 16_896),  # 7 batches of two waves of tiles
        (10_368, 22_260, 8448, 10_368),
        (10_368, 9000, 8448, 8448),
        (10_368, 3306, 8448, 2592),  # 4 equal batches
        (5, 22_260, 8448, 5),
        (100, 1, 8448, 1),
        (1000, 256, 1, 250),
    ],
)
def test_batches_are_few_and_even(notes: int, fit: int, multiple: int, expected: int) -> None:
    assert batch_size(notes, fit, 16_896, multiple) == expected


def test_no_notes_are_refused() -> None:
    with pytest.raises(ValueError, match="0 notes"):
        batch_size(0, 10, 10)


def test_halving_ends() -> None:
    sizes = [100]
    while sizes[-1]:
        sizes.append(half(sizes[-1]))
    assert sizes == [100, 50, 25, 12, 6, 3, 1, 0]
