"""Choosing from any pack: every instrument that can be played is reached, none that cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pack.corners import CORNERS
from device.pack.model import Instrument
from device.pack_facts import Choice, PackFacts, choice_of_names, turned, with_instrument

counts = st.tuples(*[st.integers(1, 5)] * 4)


@st.composite
def any_facts(draw: st.DrawFn) -> PackFacts:
    """Lists of 1 to 5 instruments per corner, and some of all combinations."""
    lengths = draw(counts)
    corners = tuple(
        tuple(
            Instrument(f"{corner}-{number}", f"{corner} {number}", f"{number}")
            for number in range(length)
        )
        for corner, length in zip(CORNERS, lengths, strict=True)
    )
    one = st.tuples(*[st.integers(0, length - 1) for length in lengths])
    choices = draw(st.lists(one, min_size=1, max_size=12, unique=True))
    return PackFacts("id", "name", corners, tuple(choices))


def playable(facts: PackFacts, corner: int) -> set[int]:
    return {choice[corner] for choice in facts.choices}


@given(any_facts(), st.data())
def test_turning_visits_every_playable_instrument_and_comes_round(
    facts: PackFacts, data: st.DataObject
) -> None:
    choice = data.draw(st.sampled_from(facts.choices))
    corner, way = data.draw(st.integers(0, 3)), data.draw(st.sampled_from([1, -1]))
    wanted, first = playable(facts, corner), choice[corner]
    seen = []
    for _ in wanted:
        choice = turned(facts, choice, corner, way)
        assert choice in facts.choices
        seen.append(choice[corner])
    assert set(seen) == wanted
    assert seen[-1] == first


@given(any_facts(), st.data())
def test_several_steps_are_as_many_single_ones(facts: PackFacts, data: st.DataObject) -> None:
    choice = data.draw(st.sampled_from(facts.choices))
    corner, steps = data.draw(st.integers(0, 3)), data.draw(st.integers(-9, 9))
    one_by_one = choice
    for _ in range(abs(steps)):
        one_by_one = turned(facts, one_by_one, corner, 1 if steps > 0 else -1)
    assert turned(facts, choice, corner, steps)[corner] == one_by_one[corner]


@given(any_facts(), st.data())
def test_there_and_back_is_the_same_instrument(facts: PackFacts, data: st.DataObject) -> None:
    choice = data.draw(st.sampled_from(facts.choices))
    corner, steps = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 9))
    there = turned(facts, choice, corner, steps)
    assert turned(facts, there, corner, -steps)[corner] == choice[corner]


@given(any_facts(), st.data())
def test_other_corners_change_as_little_as_the_pack_allows(
    facts: PackFacts, data: st.DataObject
) -> None:
    choice = data.draw(st.sampled_from(facts.choices))
    corner = data.draw(st.integers(0, 3))
    index = data.draw(st.integers(0, len(facts.corners[corner]) - 1))
    found = with_instrument(facts, choice, corner, index)
    if index not in playable(facts, corner):
        assert found is None
        return
    assert found is not None
    assert found[corner] == index

    def changed(other: Choice) -> int:
        return sum(a != b for a, b in zip(other, choice, strict=True))

    assert all(changed(found) <= changed(one) for one in facts.choices if one[corner] == index)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_lists_of_any_length_come_round_after_exactly_their_length(count: int) -> None:
    """A wrap by a power of two, or by the longest list, would skip or repeat some."""
    instruments = tuple(Instrument(f"i{n}", f"I {n}", f"{n}") for n in range(count))
    facts = PackFacts("id", "n", (instruments,) * 4, tuple((n,) * 4 for n in range(count)))
    for way in (1, -1):
        choice: Choice = (0, 0, 0, 0)
        seen = []
        for _ in range(count):
            choice = turned(facts, choice, 2, way)
            seen.append(choice[2])
        assert seen == [way * n % count for n in range(1, count + 1)]


@given(any_facts(), st.data())
def test_names_lead_back_to_the_choice(facts: PackFacts, data: st.DataObject) -> None:
    choice = data.draw(st.sampled_from(facts.choices))
    names = facts.names(choice)
    assert choice_of_names(facts, names) == choice
    assert choice_of_names(facts, ("nobody", *names[1:])) == "nobody"


def test_a_combination_that_there_is_not_is_refused_by_name() -> None:
    instruments = (Instrument("a", "A", "a"), Instrument("b", "B", "b"))
    facts = PackFacts("id", "n", (instruments,) * 4, ((0, 0, 0, 0), (1, 1, 1, 1)))
    assert choice_of_names(facts, ("a", "b", "a", "a")) == "a"
