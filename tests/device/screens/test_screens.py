"""What screens tell beyond their pictures: pickup, paging, windows of lists, faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.screens import boot, faults, pickup
from device.screens.manager import render
from device.screens.paging import PAGE_S, page_at, paged, window
from device.view import CheckView, Screen, View

PLAYING = (
    Screen.HOME, Screen.INSTRUMENT, Screen.POSITION, Screen.ENVELOPE, Screen.VOLUME, Screen.PATCH,
)  # fmt: skip
FAULT = (("panel", "no answer"),)


@pytest.mark.parametrize("screen", PLAYING)
def test_a_fault_shows_on_every_playing_screen_at_all_times(
    make_view: Callable[..., View], screen: Screen
) -> None:
    for step in range(8):
        well = make_view(screen, time_s=step * faults.TURN_S / 2)
        assert render(replace(well, faults=FAULT)) != render(well)


def test_all_faulty_parts_are_named_in_turns(make_view: Callable[..., View]) -> None:
    view = make_view(faults=(*FAULT, ("DIN MIDI", "gone")))
    named = [faults.part_due(replace(view, time_s=turn * faults.TURN_S)) for turn in range(5)]
    assert named == ["panel", None, "DIN MIDI", None, "panel"]


def test_the_hint_tells_which_way_the_value_is(views: ModuleType) -> None:
    assert pickup.hint(views.pot(0, 0.2, physical=0.8)) == "<< turn"
    assert pickup.hint(views.pot(0, 0.8, physical=0.2)) == "turn >>"
    assert pickup.hint(views.pot(0, 0.8)) == ""
    caught = replace(views.pot(0, 0.8, physical=0.8), is_caught=True)
    assert pickup.hint(caught) == ""
    assert not pickup.is_needed(caught)


@given(st.integers(0, 300), st.integers(1, 6), st.data())
def test_a_window_holds_the_chosen_one_and_is_full(
    count: int, visible: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, max(count - 1, 0)))
    shown = window(count, index, visible)
    assert len(shown) == min(count, visible)
    assert not count or index in shown
    assert all(0 <= at < count for at in shown)


@given(st.lists(st.integers(), max_size=20), st.integers(1, 5))
def test_pages_show_every_row_once_in_order(rows: list[int], per_page: int) -> None:
    count = paged(rows, per_page, 0.0)[1].count
    shown: list[int] = []
    for index in range(count):
        shown += paged(rows, per_page, (index + 0.5) * PAGE_S)[0]
    assert shown == rows


def test_a_single_page_has_no_mark() -> None:
    assert page_at(5.0, 1).mark == ""
    assert page_at(PAGE_S, 3).mark == "2/3"


def test_boot_keeps_failures_in_sight(make_view: Callable[..., View]) -> None:
    checks = [CheckView(f"part {at}", "PASS", "") for at in range(9)]
    checks[1] = CheckView("sound", "FAIL", "no card")
    shown = boot._shown(tuple(checks))
    assert [check.part for check in shown] == ["sound", "part 6", "part 7", "part 8"]


def test_boot_always_shows_the_check_that_runs() -> None:
    failed = tuple(CheckView(f"part {at}", "FAIL", "") for at in range(8))
    shown = boot._shown((*failed, CheckView("pack", "...", "")))
    assert [check.part for check in shown] == ["part 5", "part 6", "part 7", "pack"]
