"""Where everything is in the window: nothing overlaps, and each thing is found at its place."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sim.window import layout
from hardware.sim.window.layout import Disc, Kind, Rect, Spot, hit, pad_at

WHOLE = Rect(0, 0, layout.WIDTH, layout.HEIGHT)


def box(thing: Rect | Disc) -> Rect:
    if isinstance(thing, Rect):
        return thing
    size = 2 * thing.radius
    return Rect(thing.x - thing.radius, thing.y - thing.radius, size, size)


def overlap(one: Rect, other: Rect) -> bool:
    across = one.left < other.left + other.width and other.left < one.left + one.width
    return across and one.top < other.top + other.height and other.top < one.top + one.height


def test_nothing_overlaps_and_all_is_inside() -> None:
    things: list[Rect | Disc] = [
        layout.BEZEL,
        *layout.POTS,
        *layout.BUTTONS,
        layout.PAD,
        *layout.ENCODERS,
    ]
    boxes = [box(thing) for thing in [*things, layout.PIANO]]
    for one, other in itertools.combinations(boxes, 2):
        assert not overlap(one, other), (one, other)
    for one in [*boxes, *layout.KEYS]:
        assert one.left >= 0
        assert one.top >= 0
        assert one.left + one.width <= WHOLE.width
        assert one.top + one.height <= WHOLE.height


def test_the_encoders_are_at_the_corners_of_the_pad_in_their_order() -> None:
    pad = layout.PAD
    sides = [(disc.x > pad.centre[0], disc.y > pad.centre[1]) for disc in layout.ENCODERS]
    assert sides == [(False, False), (True, False), (False, True), (True, True)]
    assert all(not pad.holds(disc.x, disc.y) for disc in layout.ENCODERS)


@pytest.mark.parametrize(
    ("kind", "things"),
    [(Kind.POT, layout.POTS), (Kind.ENCODER, layout.ENCODERS), (Kind.BUTTON, layout.BUTTONS)],
)
def test_the_middle_of_a_thing_is_that_thing(kind: Kind, things: tuple[Rect | Disc, ...]) -> None:
    for index, thing in enumerate(things):
        assert hit(*box(thing).centre) == Spot(kind, index)


def test_the_piano_is_two_octaves_from_c_to_c() -> None:
    assert len(layout.KEYS) == 25
    whites = [key for key in range(25) if not layout.is_black(key)]
    assert [key % 12 for key in whites[:8]] == [0, 2, 4, 5, 7, 9, 11, 0]
    lefts = [layout.KEYS[key].left for key in whites]
    assert lefts == sorted(lefts)
    for key, rect in enumerate(layout.KEYS):
        assert hit(rect.centre[0], rect.top + rect.height - 2) == Spot(Kind.KEY, key)


def test_black_keys_lie_over_white_ones() -> None:
    seam = layout.KEYS[2].left
    assert hit(seam, layout.PIANO.top + 5) == Spot(Kind.KEY, 1)
    assert hit(seam, layout.PIANO.top + layout.BLACK_HEIGHT + 5) == Spot(Kind.KEY, 2)


def test_beside_everything_is_nothing() -> None:
    assert hit(1, 1) is None
    assert hit(*layout.OLED.centre) is None
    assert hit(-5000, 5000) is None


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_the_nearest_pad_is_always_one(x: float, y: float) -> None:
    column, row = pad_at(x, y)
    assert 0 <= column <= 10
    assert 0 <= row <= 10
    if layout.PAD.holds(x, y):
        assert layout.PAD.left + column * layout.PAD_STEP <= x
        assert x < layout.PAD.left + (column + 1) * layout.PAD_STEP
        assert layout.PAD.top + row * layout.PAD_STEP <= y
        assert y < layout.PAD.top + (row + 1) * layout.PAD_STEP
