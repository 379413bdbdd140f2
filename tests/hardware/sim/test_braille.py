"""Frames as Braille, checked against a dot by dot reading of the characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH, FRAME_BYTES
from hardware.sim.braille import braille

# U+2800..U+28FF: dots 1 2 3 7 down the left, 4 5 6 8 down the right; dot n is bit n - 1
DOTS = ((1, 4), (2, 5), (3, 6), (7, 8))


def frame_of(lit: set[tuple[int, int]]) -> bytes:
    frame = bytearray(FRAME_BYTES)
    for x, y in lit:
        frame[y * (DISPLAY_WIDTH // 8) + x // 8] |= 0x80 >> x % 8
    return bytes(frame)


def dots_of(lines: list[str]) -> set[tuple[int, int]]:
    return {
        (2 * column + across, 4 * row + down)
        for row, line in enumerate(lines)
        for column, character in enumerate(line)
        for down, pair in enumerate(DOTS)
        for across, dot in enumerate(pair)
        if (ord(character) - 0x2800) >> (dot - 1) & 1
    }


PLACES = st.tuples(st.integers(0, DISPLAY_WIDTH - 1), st.integers(0, DISPLAY_HEIGHT - 1))


@given(st.sets(PLACES, max_size=40))
def test_each_dot_is_where_it_was(lit: set[tuple[int, int]]) -> None:
    lines = braille(frame_of(lit))
    assert [len(line) for line in lines] == [64] * 16
    assert dots_of(lines) == lit


def test_all_and_nothing() -> None:
    assert braille(bytes(FRAME_BYTES)) == ["⠀" * 64] * 16
    assert braille(b"\xff" * FRAME_BYTES) == ["⣿" * 64] * 16
