"""Tests of device/pack/manifest.py, its parts, and the JSON Schema beside it."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pack import (
    CORNERS,
    WEIGHT_LAWS,
    Manifest,
    PackError,
    PackInvalidError,
    PackTooNewError,
    PackUnsafeError,
    limits,
    manifest_from_json,
    manifest_to_json,
)
from device.pack import manifest as manifest_module

SCHEMA = json.loads(
    Path(manifest_module.__file__).with_name("manifest.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
NAME = "0" * 64


@pytest.fixture(scope="module")
def good(test_pack: Path) -> dict[str, Any]:
    """The JSON object of a sound manifest; do not change it."""
    document: dict[str, Any] = json.loads((test_pack / "manifest.json").read_text("utf-8"))
    return document


def read(document: object) -> Manifest:
    return manifest_from_json(document, "manifest.json")


def changed(good: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(good)
    change(document)
    return document


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change that puts a value at a place in the document."""

    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


def drop(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return change


def test_a_manifest_survives_the_way_through_json(good: dict[str, Any]) -> None:
    manifest = read(good)
    assert manifest_to_json(manifest) == good
    with_preview = dataclasses.replace(manifest, preview="preview/sound.ogg", credits=())
    again = json.loads(json.dumps(manifest_to_json(with_preview)))
    assert read(again) == with_preview


def test_reading_leaves_the_document_alone(good: dict[str, Any]) -> None:
    before = copy.deepcopy(good)
    read(good)
    assert good == before


def test_the_schema_is_a_schema_and_fits_what_is_written(good: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(good)
    VALIDATOR.validate({**good, "velocity_layers": [], "preview": "a/b.ogg"})


def test_the_schema_has_the_limits_of_the_reader() -> None:
    properties = SCHEMA["properties"]

    def bounds(part: dict[str, Any], least: str, most: str) -> tuple[Any, Any]:
        return part.get(least, 0), part[most]

    for name, wanted in (
        ("sample_rate_hz", limits.RATE_HZ),
        ("loudness_lufs", limits.TARGET_LUFS),
        ("peak_dbfs", limits.PEAK_DBFS),
    ):
        assert bounds(properties[name], "minimum", "maximum") == wanted
    for name, wanted in (
        ("pitches", limits.NOTES),
        ("combinations", limits.COMBINATIONS),
        ("credits", limits.CREDITS),
    ):
        assert bounds(properties[name], "minItems", "maxItems") == wanted
    defs = SCHEMA["$defs"]
    assert bounds(defs["pitch"], "minimum", "maximum") == limits.PITCH
    assert bounds(defs["instruments"], "minItems", "maxItems") == limits.INSTRUMENTS
    assert defs["index"]["maximum"] == limits.INSTRUMENTS[1] - 1
    assert defs["text"]["maxLength"] == limits.TEXT_CHARACTERS
    assert defs["long_text"]["maxLength"] == limits.LONG_TEXT_CHARACTERS
    instrument = defs["instruments"]["items"]["properties"]
    assert instrument["display"]["maxLength"] == limits.DISPLAY_CHARACTERS
    assert instrument["abbreviation"]["maxLength"] == limits.ABBREVIATION_CHARACTERS
    for axis in ("columns", "rows"):
        grid = properties["grid"]["properties"][axis]
        assert bounds(grid, "minimum", "maximum") == limits.GRID
    assert properties["weight_law"]["enum"] == list(WEIGHT_LAWS)
    assert properties["corners"]["required"] == [corner.value for corner in CORNERS]


# What the schema can say, the reader must say too: both refuse each of these.
BOTH_REFUSE = [
    (put("format", value="zip"), "format: 'zip' is not one of latentpad-pack"),
    (drop("format"), "format: is missing"),
    (put("min_player", value=1), "min_player: 1 is not a text"),
    (put("min_player", value="1"), "min_player: '1' is not of the form"),
    (put("id", value="6F0E3C0A-1D7B-4F0E-9A51-0C9D5B6A7E42"), "id: .* is not a UUID"),
    (put("name", value=""), "name: '' is not a text of 1..200"),
    (put("name", value="x" * 201), r"name: 'xxx.*\.\.\. is not a text of 1..200"),
    (put("author", value=None), "author: NoneType is not a text"),
    (put("licence", value="x" * 2001), "licence: .* is not a text of 0..2000"),
    (put("credits", value={}), "credits: dict is not a list"),
    (put("credits", 0, "sound", value=""), r"credits\[0\].sound: '' is not"),
    (put("credits", 0, value="tone"), r"credits\[0\]: 'tone' is not an object"),
    (put("credits", 0, "url", value=""), r"credits\[0\].'url': unknown key"),
    (put("sample_rate_hz", value=7999), "sample_rate_hz: 7999 is not an integer in 8000..192000"),
    (put("sample_rate_hz", value=16000.5), "sample_rate_hz: 16000.5 is not an integer"),
    (put("sample_rate_hz", value=True), "sample_rate_hz: True is not an integer"),
    (put("sample_rate_hz", value=10**4000), r"sample_rate_hz: 1000000.*\.\.\. is not an integer"),
    (put("pitches", value=[]), "pitches: 0 entries are not in 1..128"),
    (put("pitches", value=list(range(129))), "pitches: 129 entries are not in 1..128"),
    (put("pitches", 1, value=128), r"pitches\[1\]: 128 is not an integer in 0..127"),
    (put("pitches", 1, value="60"), r"pitches\[1\]: '60' is not an integer"),
    (put("pitches", 1, value=48), r"pitches\[1\]: 48 is not above 48"),
    (put("grid", value=[3, 3]), "grid: list is not an object"),
    (put("grid", "columns", value=1), "grid.columns: 1 is not an integer in 2..64"),
    (put("grid", "rows", value=65), "grid.rows: 65 is not an integer in 2..64"),
    (put("grid", "depth", value=1), "grid.'depth': unknown key"),
    (put("weight_law", value="cubic"), "weight_law: 'cubic' is not one of bilinear, distance"),
    (put("renderer", "name", value=[]), "renderer.name: list is not a text"),
    (put("renderer", "seed", value=1), "renderer.'seed': unknown key"),
    (drop("corners", "top_left"), "corners.top_left: is missing"),
    (put("corners", "middle", value=[]), "corners.'middle': unknown key"),
    (put("corners", "top_left", value=[]), "corners.top_left: 0 entries are not in 1..64"),
    (put("corners", "top_left", 0, "display", value="ninechars"), "display: 'ninechars' is not"),
    (
        put("corners", "top_left", 0, "abbreviation", value="A"),
        "abbreviation: 'A' is not a text of 2..2",
    ),
    (put("corners", "top_left", 0, "gain", value=1), r"corners.top_left\[0\].'gain': unknown key"),
    (put("combinations", value=[]), "combinations: 0 entries are not in 1..4096"),
    (drop("combinations", 0, "instruments", "top_left"), "instruments.top_left: is missing"),
    (put("combinations", 0, "instruments", "middle", value=0), "instruments.'middle': unknown"),
    (put("combinations", 0, "instruments", "top_left", value=-1), "top_left: -1 is not"),
    (put("combinations", 0, "name", value=""), r"combinations\[0\].'name': unknown key"),
    (put("combinations", 0, "cells", 0, value="abc"), r"cells\[0\]: is not a list of 3 cell names"),
    (put("combinations", 0, "cells", 2, 1, value="../x"), r"cells\[2\]\[1\]: '../x' is not 64"),
    (put("combinations", 0, "cells", 2, 1, value=NAME.replace("0", "G")), "is not 64 hex"),
    (put("combinations", 0, "cells", 2, 1, value=NAME + "0"), "is not 64 hexadecimal digits"),
    (put("combinations", 0, "cells", 2, 1, value=None), "NoneType is not 64 hexadecimal"),
    (
        put("loops", 0, "start_frame", value=-1),
        r"loops\[0\].start_frame: -1 is not an integer in 0",
    ),
    (put("loops", 0, "length_frames", value=0), r"loops\[0\].length_frames: 0 is not an integer"),
    (put("loops", 0, "mode", value=0), r"loops\[0\].'mode': unknown key"),
    (put("loudness_lufs", value=0.1), "loudness_lufs: 0.1 is not a number in -60..0"),
    (put("loudness_lufs", value="-23"), "loudness_lufs: '-23' is not a number"),
    (put("peak_dbfs", value=10**400), r"peak_dbfs: 1000.*\.\.\. is not a number in -40..0"),
    (put("velocity_layers", value=[{}]), "velocity_layers: is reserved and must be empty"),
    (put("velocity_layers", value={}), "velocity_layers: dict is not a list"),
    (put("preview", value=None), "preview: NoneType is not a text"),
    (put("extra", value=1), "'extra': unknown key"),
]


@pytest.mark.parametrize(("change", "problem"), BOTH_REFUSE)
def test_invalid_manifests_name_place_value_and_range(
    good: dict[str, Any], change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    document = changed(good, change)
    with pytest.raises(PackInvalidError, match=problem):
        read(document)
    assert not VALIDATOR.is_valid(document)


ONLY_READER_REFUSES = [
    (put("pitches", value=[48, 72, 60]), r"pitches\[2\]: 60 is not above 72"),
    (put("loudness_lufs", value=float("nan")), "nan is not a number"),
    (put("peak_dbfs", value=float("-inf")), "-inf is not a number"),
    (put("name", value="red \x1b[31m"), "has control characters"),
    (put("name", value="half \ud800"), "has control characters"),
    (put("combinations", 0, "instruments", "top_left", value=1), "1 is not an integer in 0..0"),
    (put("grid", "columns", value=4), r"cells\[0\]: is not a list of 4 cell names"),
    (put("grid", "rows", value=2), r"combinations\[0\].cells: 3 entries are not in 2..2"),
    (put("loops", 0, "pitch", value=50), "50 is not a pitch of this pack above -1"),
    (put("loops", 1, "pitch", value=48), "48 is not a pitch of this pack above 48"),
    (put("loops", 0, "length_frames", value=16000 * 60), "is not an integer in 1..956000"),
    (lambda document: document["combinations"].extend(document["combinations"]), "appears twice"),
]


@pytest.mark.parametrize(("change", "problem"), ONLY_READER_REFUSES)
def test_what_no_schema_can_say_is_refused_too(
    good: dict[str, Any], change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    with pytest.raises(PackInvalidError, match=problem):
        read(changed(good, change))


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../x", "a/../x", "a//b", "a/", ".", "a\\b", "C:x", "a/./b", "..", "a\0b"],
)
def test_a_preview_outside_the_pack_is_unsafe(good: dict[str, Any], name: str) -> None:
    document = changed(good, put("preview", value=name))
    with pytest.raises((PackUnsafeError, PackInvalidError)):
        read(document)
    if "\0" not in name:
        assert not VALIDATOR.is_valid(document)


def test_another_major_version_is_too_new_whatever_else_it_holds() -> None:
    document = {"format": "latentpad-pack", "format_version": "2.0", "anything": []}
    with pytest.raises(PackTooNewError, match=r"format 2\.0 is too new: player .* reads 1\.x"):
        read(document)


def test_a_later_minor_version_may_have_more_keys_everywhere(good: dict[str, Any]) -> None:
    def add(value: Any) -> None:
        if isinstance(value, dict):
            for inner in list(value.values()):
                add(inner)
            value["from the future"] = {"x": 1}
        if isinstance(value, list):
            for inner in value:
                add(inner)

    document = changed(good, add)
    with pytest.raises(PackInvalidError, match="unknown key"):
        read(document)
    document["format_version"] = "1.1"
    document["velocity_layers"] = [{"cells": []}]
    assert read(document) == read(good)
    document["pitches"] = [128]
    with pytest.raises(PackInvalidError):
        read(document)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@given(data=st.data())
def test_any_value_at_any_place_is_read_or_refused(
    good: dict[str, Any], data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(places(good)))
    value = data.draw(JSON_VALUES)
    document = changed(good, put(*place, value=value)) if place else value
    try:
        manifest = read(document)
    except PackError:
        return
    VALIDATOR.validate(document)
    assert read(manifest_to_json(manifest)) == manifest
