"""Words on the display: known letters only, cut and wrapped to the room there is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device.screens.font import SCALERS, raster
from device.screens.letters import CHARACTERS, HEIGHT, glyphs, width
from device.screens.wording import elided, plain, wrapped


def test_every_printable_ascii_letter_has_a_shape_of_its_own() -> None:
    ascii_letters = [chr(code) for code in range(33, 127)]
    shapes = {(glyphs()[letter].shape, glyphs()[letter].tobytes()) for letter in ascii_letters}
    assert set(ascii_letters) <= set(CHARACTERS)
    # a nought and a capital O look the same
    assert len(shapes) == len(ascii_letters) - 1


def test_accents_and_typography_become_what_the_display_has() -> None:
    assert plain("Flûte à bec – « Øre »") == "Flute a bec - ? Ore ?"
    assert plain("e\u0301te\u0301 C♯4\nGroße") == "ete C#4 Grosse"
    assert plain("你好") == "??"
    assert plain("\x00\u200b") == ""


@given(st.text(), st.integers(0, 140), st.sampled_from(sorted(SCALERS)))
def test_elided_fits(text: str, room: int, scale: int) -> None:
    cut = elided(plain(text), room, scale)
    assert width(cut, scale) <= room
    assert cut == plain(text) or cut.endswith("…") or cut == ""


def test_elided_keeps_what_fits_and_as_much_as_can_be() -> None:
    assert elided("Bassoon", width("Bassoon")) == "Bassoon"
    assert elided("Bassoon", width("Bassoon") - 1) == "Basso…"


@given(st.text(), st.integers(6, 140))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, room: int) -> None:
    lines = wrapped(plain(text), room)
    assert all(0 < width(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == plain(text).replace(" ", "")


@given(st.text(max_size=20), st.sampled_from(sorted(SCALERS)))
def test_pictures_are_as_big_as_widths_say(text: str, scale: int) -> None:
    letters = plain(text)
    if letters:
        assert raster(letters, scale).size == (width(letters, scale), HEIGHT * scale)
