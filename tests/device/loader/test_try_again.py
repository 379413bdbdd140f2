"""What the card refused is read again when asked for, and is news again when it fails again."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.grid import Grid
from device.loader.loader import Loader
from device.pack.errors import PackError
from device.pack.reader import open_pack
from device.rows import PadState, is_complete

PITCH, OTHER = 48, 60


class Card:
    """Whether the card can be read."""

    def __init__(self) -> None:
        self.is_readable = True
        self._read = os.pread

    def pread(self, descriptor: int, size: int, offset: int) -> bytes:
        if not self.is_readable:
            raise OSError(errno.EIO, "Input/output error")
        return self._read(descriptor, size, offset)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    made = Card()
    monkeypatch.setattr("device.pack.files.os.pread", made.pread)
    return made


@pytest.fixture
def cells(test_pack: Path) -> list[str]:
    with open_pack(test_pack) as pack:
        return Grid(pack.manifest, pack.manifest.combinations[0]).nearest_first(0, 0)


@pytest.fixture
def loader(test_pack: Path, cells: list[str]) -> Iterator[Loader]:
    with open_pack(test_pack) as pack:
        made = Loader(pack, 2**24, 48_000)
        made.open_pad(cells, 1, 0)
        made.wait_for_pad()
        yield made
        made.close()


def work(loader: Loader) -> None:
    while loader.work():
        pass


def refused(loader: Loader, cell: str, pitch: int) -> bool:
    try:
        loader.get(cell, pitch)
    except PackError:
        return True
    return False


def test_with_nothing_refused_all_is_well(loader: Loader) -> None:
    assert loader.try_again()


def test_a_row_is_refused_until_it_is_tried_again(
    loader: Loader, cells: list[str], card: Card
) -> None:
    card.is_readable = False
    assert refused(loader, cells[0], PITCH)
    card.is_readable = True
    assert refused(loader, cells[0], PITCH)  # nobody waits for a bad card at every note
    assert not loader.try_again()
    work(loader)
    row = loader.start(cells[0], PITCH)
    assert row is not None
    assert is_complete(row)
    assert loader.try_again()


def test_while_the_card_is_bad_it_stays_refused_and_is_told_once(
    loader: Loader, cells: list[str], card: Card
) -> None:
    card.is_readable = False
    assert refused(loader, cells[0], PITCH)
    assert len(loader.faults.take()) == 1
    for _ in range(3):
        assert not loader.try_again()
        work(loader)
    assert [line for line in loader.faults.take() if f"note {PITCH}" in line] == []
    card.is_readable = True
    loader.try_again()
    work(loader)
    assert loader.try_again()
    card.is_readable = False
    assert refused(loader, cells[0], OTHER)
    assert len(loader.faults.take()) == 1  # news again


def test_cells_that_could_not_be_opened_join_the_pad(
    test_pack: Path, cells: list[str], card: Card
) -> None:
    with open_pack(test_pack) as pack:
        loader = Loader(pack, 2**24, 48_000)
        loader.open_pad(cells, 1, 0)
        while loader.pad_state() is not PadState.OPEN:
            assert loader.work()
        card.is_readable = False
        work(loader)
        assert loader.nearest(cells[1:2], PITCH) is None
        assert not loader.try_again()
        card.is_readable = True
        work(loader)
        assert loader.try_again()
        assert loader.nearest(cells[1:2], PITCH) == cells[1]
        loader.close()
