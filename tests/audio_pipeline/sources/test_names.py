"""File names of source notes, and texts for small screens made from them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.config import InstrumentSettings
from audio_pipeline.sources.names import (
    BadNameError,
    file_stem,
    parse_stem,
    shown_instruments,
)

sound_names = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(str.strip)
)


@given(sound_names, st.integers(0, 127))
def test_any_name_and_pitch_read_back(sound: str, pitch: int) -> None:
    assert parse_stem(file_stem(sound, pitch)) == (sound, pitch)


@pytest.mark.parametrize(
    ("stem", "sound", "pitch"),
    [
        ("flute_60", "flute", 60),
        ("my flute_soft_72", "my flute_soft", 72),
        ("a__0", "a_", 0),
        ("箏_127", "箏", 127),
        ("flute_060", "flute", 60),
        (unicodedata.normalize("NFD", "Flöte_60"), "Flöte", 60),
    ],
)
def test_the_last_underscore_divides(stem: str, sound: str, pitch: int) -> None:
    assert parse_stem(stem) == (sound, pitch)


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("flute", "must end in _"),
        ("flute60", "must end in _"),
        ("flute_C4", "must end in _"),
        ("flute_", "must end in _"),
        ("flute_60.5", "must end in _"),
        ("flute_６０", "must end in _"),
        ("_60", "no name of the sound"),
        (" _60", "no name of the sound"),
        ("flute_128", "128 is not a MIDI note number 0..127"),
        ("flute_-1", "-1 is not a MIDI note number"),
    ],
)
def test_what_is_wrong_with_a_name_is_said(stem: str, words: str) -> None:
    with pytest.raises(BadNameError) as caught:
        parse_stem(stem)
    assert words in str(caught.value)


@given(st.text())
def test_any_text_is_a_name_or_is_refused(stem: str) -> None:
    try:
        sound, pitch = parse_stem(stem)
    except BadNameError:
        return
    assert sound
    assert 0 <= pitch <= 127


def test_displays_and_abbreviations_are_made_from_names() -> None:
    shown = shown_instruments(
        ["flute", "electric piano", "Flöte", "distortedGuitar", "箏", "bass_1"], {}
    )
    assert [one.display for one in shown.values()] == [
        "FLUTE", "ELECTRIC", "FLOTE", "DISTORTE", "SOUND", "BASS 1",
    ]  # fmt: skip
    assert [one.abbreviation for one in shown.values()] == ["FL", "EP", "FO", "DG", "SO", "B1"]


def test_what_was_chosen_stays_and_is_not_given_to_others() -> None:
    shown = shown_instruments(["fl", "flute"], {"flute": InstrumentSettings("FL", "FL")})
    assert (shown["flute"].display, shown["flute"].abbreviation) == ("FL", "FL")
    assert shown["fl"].display != "FL"
    assert shown["fl"].abbreviation != "FL"


@given(st.sets(sound_names, min_size=1, max_size=40))
def test_texts_fit_the_screen_and_differ(sounds: set[str]) -> None:
    shown = list(shown_instruments(sorted(sounds), {}).values())
    for one in shown:
        assert 1 <= len(one.display) <= 8
        assert len(one.abbreviation) == 2
        assert (one.display + one.abbreviation).isascii()
        assert one.display == one.display.strip().upper()
    assert len({one.display for one in shown}) == len(shown)
    assert len({one.abbreviation for one in shown}) == len(shown)
