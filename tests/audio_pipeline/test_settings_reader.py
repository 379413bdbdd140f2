"""Settings from TOML: every value checked, every mistake named."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.config import BuildSettings
from audio_pipeline.errors import SettingsError
from audio_pipeline.settings_reader import override, read_toml, settings_from
from audio_pipeline.settings_template import settings_template
from device.pack import Corner

GOOD = """
[pack]
name = "Winds"
[grid]
size = 5
weights = "distance"
[notes]
pitches = "24:84:4"
length_s = 3
[loop]
start_s = 0.9
end_s = 2.5
[corners]
top_left = ["flute"]
top_right = ["clarinet", "oboe"]
bottom_left = ["bassoon"]
bottom_right = ["horn"]
[instruments.flute]
display = "FLÖTE"
"""


def test_a_file_gives_its_values_and_defaults_for_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "winds.toml"
    path.write_text(GOOD)
    settings = read_toml(path)
    assert settings.pack.name == "Winds"
    assert (settings.grid.size, settings.grid.weights) == (5, "distance")
    assert settings.notes.pitches == tuple(range(24, 85, 4))
    assert settings.notes.length_s == 3.0
    assert isinstance(settings.notes.length_s, float)
    assert settings.notes.rate_hz == BuildSettings().notes.rate_hz
    assert settings.corners is not None
    assert settings.corners[Corner.TOP_RIGHT] == ("clarinet", "oboe")
    assert settings.instruments["flute"].display == "FLÖTE"


def test_the_template_reads_as_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    path.write_text(settings_template())
    assert read_toml(path) == BuildSettings()


def test_the_commented_part_of_the_template_can_be_used(tmp_path: Path) -> None:
    text = settings_template().replace('# [instruments."sound"]', '[instruments."sound"]')
    text = text.replace('# display = ""', 'display = "S"').replace("# top", "top")
    text = text.replace("# bottom", "bottom").replace("# [corners]", "[corners]")
    path = tmp_path / "all.toml"
    path.write_text(text)
    settings = read_toml(path)
    assert settings.instruments["sound"].display == "S"
    assert settings.corners is not None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"grid": {"sise": 3}}, "grid.sise; did you mean size"),
        ({"gird": {}}, "gird; did you mean grid"),
        ({"grid": {"size": 1}}, "grid.size = 1 must be 2..64"),
        ({"grid": {"size": 9.0}}, "grid.size = 9.0 must be a whole number"),
        ({"grid": {"size": True}}, "grid.size = True must be a whole number"),
        ({"grid": {"weights": "cubic"}}, "one of bilinear, distance"),
        ({"grid": 3}, "grid must be a table"),
        ({"notes": {"length_s": float("nan")}}, "length_s = nan must be a number"),
        ({"notes": {"rate_hz": 44}}, "rate_hz = 44 must be 8000..192000"),
        ({"notes": {"tune": 1}}, "tune = 1 must be true or false"),
        ({"notes": {"pitches": [60, 200]}}, "200 is not a MIDI note"),
        ({"notes": {"pitches": 60}}, "must be text such as"),
        ({"notes": {"pitches": [True]}}, "must be text such as"),
        ({"loop": {"start_s": 3.0}}, "must be after loop.start_s"),
        ({"pack": {"name": 5}}, "pack.name = 5 must be text"),
        ({"corners": {"top_left": ["a"]}}, "corners.top_right must be a list"),
        ({"corners": {"north": ["a"]}}, "corners.north; known: top_left"),
        ({"corners": {role.value: [] for role in Corner}}, "at least one"),
        ({"corners": {role.value: ["a", "a"] for role in Corner}}, "lists 'a' twice"),
        ({"instruments": {"a": {"abbr": "AA"}}}, "did you mean abbreviation"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(table: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(table)
    assert words in str(caught.value)


@pytest.mark.parametrize("content", [b"[grid", b"\xff\xfe", b"[grid]\nsize = 1"])
def test_the_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"bad[.]toml"):
        read_toml(path)
    with pytest.raises(SettingsError, match=r"absent[.]toml"):
        read_toml(tmp_path / "absent.toml")


def test_options_win_over_the_file() -> None:
    settings = settings_from({"grid": {"size": 5, "weights": "distance"}})
    changed = override(settings, {"grid": {"size": 3}, "notes": {"pitches": (60, 64)}})
    assert (changed.grid.size, changed.grid.weights) == (3, "distance")
    assert changed.notes.pitches == (60, 64)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
rooms = st.sampled_from(["pack", "grid", "notes", "loop", "corners", "instruments", "other"])
keys = st.sampled_from(["name", "size", "weights", "pitches", "rate_hz", "tune", "start_s", "x"])


@given(st.dictionaries(rooms, values | st.dictionaries(keys, values)))
def test_any_document_is_settings_or_a_named_mistake(table: dict[str, Any]) -> None:
    with contextlib.suppress(SettingsError):
        assert isinstance(settings_from(table), BuildSettings)
