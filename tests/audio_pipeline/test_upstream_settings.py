"""Open NSynth Super's settings.json in both dialects, and what its corners mean."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_pipeline.errors import SettingsError
from audio_pipeline.upstream_settings import read_upstream, upstream_settings_from
from device.pack import Corner

SCRIPTS = {
    "pads": {"NW": ["brass", "flute"], "NE": ["fatpoly"], "SW": ["marimba"], "SE": ["cleanbass"]},
    "magenta_dir": "~/magenta",
    "pitches": [24, 28, 32],
    "resolution": 9,
    "final_length": 60000,
    "gpus": 16,
}
DEVICE = {
    "nsynth": {
        "dataDirectory": "/home/pi/pads",
        "resolution": 11,
        "pitches": [24, 28],
        "length": 48000,
        "sampleRate": 16000,
        "looping": True,
        "loopStart": 0.2,
        "loopEnd": 0.41,
    },
    "corners": [
        {"instruments": [{"name": "cleanbass", "display": "CLN BASS", "abbr": "CB"}]},
        {"instruments": [{"name": "flute", "display": "FLUTE", "abbr": "FL"}]},
        {"instruments": [{"name": "marimba", "display": "MARIMBA", "abbr": "MA"}]},
        {"instruments": [{"name": "distortedguitar", "display": "DIST. GTR", "abbr": "DG"}]},
    ],
    "midi": {"channel": 1},
}


def test_names_of_corners_mean_what_they_say() -> None:
    settings, remarks = upstream_settings_from(SCRIPTS)
    assert settings.corners == {
        Corner.TOP_LEFT: ("brass", "flute"),
        Corner.TOP_RIGHT: ("fatpoly",),
        Corner.BOTTOM_LEFT: ("marimba",),
        Corner.BOTTOM_RIGHT: ("cleanbass",),
    }
    assert "SW is the bottom left" in remarks[0]


def test_or_lie_where_the_original_scripts_put_them() -> None:
    settings, remarks = upstream_settings_from(SCRIPTS, "as_upstream_sounds")
    assert settings.corners is not None
    assert settings.corners[Corner.BOTTOM_LEFT] == ("cleanbass",)
    assert settings.corners[Corner.BOTTOM_RIGHT] == ("marimba",)
    assert settings.corners[Corner.TOP_LEFT] == ("brass", "flute")
    assert "SW is the bottom right" in remarks[0]


def test_the_scripts_numbers_are_taken_over() -> None:
    settings, _ = upstream_settings_from(SCRIPTS)
    assert settings.notes.pitches == (24, 28, 32)
    assert settings.grid.size == 9
    assert settings.notes.length_s == 3.75  # 60000 samples at NSynth's 16 kHz
    assert settings.notes.rate_hz == 48_000


def test_the_device_lists_top_left_top_right_bottom_left_bottom_right() -> None:
    settings, remarks = upstream_settings_from(DEVICE)
    assert settings.corners is not None
    assert [settings.corners[corner][0] for corner in Corner] == [
        "cleanbass", "flute", "marimba", "distortedguitar",
    ]  # fmt: skip
    assert settings.instruments["cleanbass"].display == "CLN BASS"
    assert settings.instruments["cleanbass"].abbreviation == "CB"
    assert settings.instruments["distortedguitar"].display == "DIST.GTR"
    assert any("shortened" in remark for remark in remarks)


def test_the_devices_loop_points_are_fractions_of_the_length() -> None:
    settings, _ = upstream_settings_from(DEVICE)
    assert settings.notes.length_s == 3.0
    assert settings.loop.enabled
    assert settings.loop.start_s == pytest.approx(0.6)
    assert settings.loop.end_s == pytest.approx(1.23)
    assert settings.grid.size == 11


def test_the_devices_file_says_when_nothing_loops() -> None:
    settings, _ = upstream_settings_from({**DEVICE, "nsynth": {"looping": False}})
    assert not settings.loop.enabled


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([], "not a settings.json"),
        ({"corners": []}, "not a settings.json"),
        ({"pads": []}, '"pads" must be a table'),
        ({"pads": {"NW": ["a"], "NE": ["b"], "SW": ["c"]}}, '"SE" must be a list'),
        ({"pads": {**SCRIPTS["pads"], "SE": []}}, '"SE" must list at least one'),
        ({"pads": {**SCRIPTS["pads"], "SE": ["a", "a"]}}, "lists 'a' twice"),
        ({**SCRIPTS, "final_length": -1}, '"final_length" = -1'),
        ({**SCRIPTS, "final_length": 1e12}, "length_s"),
        ({**SCRIPTS, "resolution": "nine"}, "grid.size"),
        ({**DEVICE, "corners": DEVICE["corners"][:3]}, "3 entries"),
        ({**DEVICE, "nsynth": {"sampleRate": 0}}, '"sampleRate" = 0'),
        ({**DEVICE, "nsynth": {"loopStart": 2}}, '"loopStart" = 2'),
    ],
)
def test_a_mistake_is_named(table: Any, words: str) -> None:  # noqa: ANN401
    with pytest.raises(SettingsError) as caught:
        upstream_settings_from(table)
    assert words in str(caught.value)


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(SCRIPTS))
    assert read_upstream(path)[0] == upstream_settings_from(SCRIPTS)[0]
    path.write_text("{")
    with pytest.raises(SettingsError, match=r"settings[.]json: not readable"):
        read_upstream(path)
    path.write_text("{}")
    with pytest.raises(SettingsError, match=r"settings[.]json: this is not"):
        read_upstream(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(st.sampled_from([SCRIPTS, DEVICE]), st.data())
def test_any_damage_is_settings_or_a_named_mistake(
    table: dict[str, Any], data: st.DataObject
) -> None:
    copy = json.loads(json.dumps(table))
    room = data.draw(st.sampled_from(["pads", "nsynth", "corners", "pitches", "resolution"]))
    inner = copy.get(room)
    if isinstance(inner, dict) and data.draw(st.booleans()):
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(json_values)
    elif isinstance(inner, list) and data.draw(st.booleans()):
        inner[data.draw(st.integers(0, len(inner) - 1))] = data.draw(json_values)
    else:
        copy[room] = data.draw(json_values)
    with contextlib.suppress(SettingsError):
        assert upstream_settings_from(copy)[0].corners
