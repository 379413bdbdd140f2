"""The order of the loader's work: what sounds, new pads, moving fingers, wishes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.engine.mixer import Row
from device.loader.agenda import Agenda
from device.loader.cells import CellTable, HeadsReading
from device.loader.filling import FORGOTTEN_S, GRACE_S, LEAD_S, Filling
from device.pack import Pack, open_pack
from device.rows import Reach

RATE = 48_000


@pytest.fixture
def pack(test_pack: Path) -> Iterator[Pack]:
    with open_pack(test_pack) as opened:
        yield opened


@pytest.fixture
def agenda(pack: Pack) -> Agenda:
    return Agenda(CellTable(pack.open_cell_file, pack.manifest), RATE, lambda: 0)


@pytest.fixture
def rows() -> Iterator[list[Row]]:
    """Keeps rows alive for one test."""
    kept: list[Row] = []
    yield kept
    kept.clear()


def filling(agenda: Agenda, rows: list[Row], name: str, ready: int) -> Filling:
    """Work on a row of which so many frames are ready."""
    row = Row(np.zeros(10 * RATE, np.int16), 1.0, 0, 0, 0.0, RATE, ready_frames=ready)
    rows.append(row)
    work = agenda.filling((name, 60))
    work.fill(row)
    return work


def test_what_plays_out_first_goes_first(agenda: Agenda, rows: list[Row]) -> None:
    later = filling(agenda, rows, "later", 9600)
    sooner = filling(agenda, rows, "sooner", 9600)
    later.play(0, Reach(0, 0.0, 1.0), 0)
    sooner.play(1, Reach(0, 0.0, 1.5), 0)
    assert agenda.next(False) is sooner
    sooner.rest(1)
    assert agenda.next(False) is later
    sooner.play(2, Reach(0, 6000.0, 1.0), 0)
    assert agenda.next(False) is sooner


def test_the_strongest_rows_of_all_notes_go_first(agenda: Agenda, rows: list[Row]) -> None:
    works = [filling(agenda, rows, f"{n}", 4800) for n in range(8)]
    for n, work in enumerate(works):
        work.play(n // 4, Reach(100 * (n // 4), 0.0, 1.0), n % 4)
    order = []
    for _ in works:
        work = agenda.next(False)
        assert isinstance(work, Filling)
        order.append(works.index(work))
        agenda.finish(work)
    assert order == [0, 4, 1, 5, 2, 6, 3, 7]


def test_what_sounds_goes_before_what_the_finger_asks_for_and_only_when_it_must(
    agenda: Agenda, rows: list[Row]
) -> None:
    sounds, asked = filling(agenda, rows, "sounds", 0), filling(agenda, rows, "asked", 0)
    asked.ask(0)
    slack = round((LEAD_S + GRACE_S) * RATE)
    sounds.play(0, Reach(slack + 10, 0.0, 1.0), 0)
    assert agenda.next(False) is asked
    sounds.play(0, Reach(slack - 10, 0.0, 1.0), 0)
    assert agenda.next(False) is sounds


def test_of_what_a_quick_finger_asks_for_the_latest_goes_first_and_the_rest_is_forgotten(
    agenda: Agenda,
) -> None:
    for n in range(20):
        agenda.now = n * 1200
        agenda.filling((f"{n}", 60)).ask(agenda.now)
    agenda.now += round(GRACE_S * RATE) + 10
    first = agenda.next(False)
    assert isinstance(first, Filling)
    assert first.key == ("19", 60)
    order = []
    while isinstance(work := agenda.next(False), Filling):
        order.append(work.key[0])
        agenda.finish(work)
    assert order == ["19", "18"], f"the others were asked for more than {FORGOTTEN_S} s ago"


def test_wishes_come_last_and_only_if_allowed(agenda: Agenda, rows: list[Row]) -> None:
    agenda.wish([("a", 60), ("b", 60)])
    unfinished = filling(agenda, rows, "c", 100)
    assert agenda.next(True) is unfinished
    agenda.finish(unfinished)
    assert agenda.next(False) is None
    work = agenda.next(True)
    assert isinstance(work, Filling)
    assert work.key == ("a", 60)


def test_a_new_pad_waits_for_what_sounds_but_not_for_the_finger(
    agenda: Agenda, rows: list[Row], pack: Pack
) -> None:
    names = [name for row in pack.manifest.combinations[0].cells for name in row]
    agenda.open_pad(names, 1, 0)
    agenda.now = RATE
    agenda.filling(("asked", 60)).ask(RATE - 4800)
    work = agenda.next(False)
    assert isinstance(work, HeadsReading)
    assert work.name == names[0]
    sounds = filling(agenda, rows, "sounds", 0)
    sounds.play(0, Reach(RATE + 4800, 0.0, 1.0), 0)
    assert agenda.next(False) is sounds
