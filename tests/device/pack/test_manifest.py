"""Tests of device/pack/manifest.py, its parts, and the JSON Schema beside it."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from types import ModuleType
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
Json = Any  # a value of a JSON document


@pytest.fixture(scope="module")
def good(test_pack: Path) -> dict[str, Any]:
    """The JSON object of a sound manifest; do not change it."""
    document: dict[str, Any] = json.loads((test_pack / "manifest.json").read_text("utf-8"))
    return document


def read(document: object) -> Manifest:
    return manifest_from_json(document, "manifest.json")


def test_a_manifest_survives_the_way_through_json(good: Json) -> None:
    manifest = read(good)
    assert manifest_to_json(manifest) == good
    with_preview = dataclasses.replace(manifest, preview="preview/sound.ogg", credits=())
    again = json.loads(json.dumps(manifest_to_json(with_preview)))
    assert read(again) == with_preview


def test_reading_leaves_the_document_alone(good: Json) -> None:
    before = copy.deepcopy(good)
    read(good)
    assert good == before


def test_the_schema_is_a_schema_and_fits_what_is_written(good: Json) -> None:
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
    (("format",), "zip", "format: 'zip' is not one of latentpad-pack"),
    (("format",), ..., "format: is missing"),
    (("min_player",), 1, "min_player: 1 is not a text"),
    (("min_player",), "1", "min_player: '1' is not of the form"),
    (("id",), "6F0E3C0A-1D7B-4F0E-9A51-0C9D5B6A7E42", "id: .* is not a UUID"),
    (("name",), "", "name: '' is not a text of 1..200"),
    (("name",), "x" * 201, r"name: 'xxx.*\.\.\. is not a text of 1..200"),
    (("author",), None, "author: NoneType is not a text"),
    (("licence",), "x" * 2001, "licence: .* is not a text of 0..2000"),
    (("credits",), {}, "credits: dict is not a list"),
    (("credits", 0, "sound"), "", r"credits\[0\].sound: '' is not"),
    (("credits", 0), "tone", r"credits\[0\]: 'tone' is not an object"),
    (("credits", 0, "url"), "", r"credits\[0\].'url': unknown key"),
    (("sample_rate_hz",), 7999, "sample_rate_hz: 7999 is not an integer in 8000..192000"),
    (("sample_rate_hz",), 16000.5, "sample_rate_hz: 16000.5 is not an integer"),
    (("sample_rate_hz",), True, "sample_rate_hz: True is not an integer"),
    (("sample_rate_hz",), 10**4000, r"sample_rate_hz: 1000000.*\.\.\. is not an integer"),
    (("pitches",), [], "pitches: 0 entries are not in 1..128"),
    (("pitches",), list(range(129)), "pitches: 129 entries are not in 1..128"),
    (("pitches", 1), 128, r"pitches\[1\]: 128 is not an integer in 0..127"),
    (("pitches", 1), "60", r"pitches\[1\]: '60' is not an integer"),
    (("pitches", 1), 48, r"pitches\[1\]: 48 is not above 48"),
    (("grid",), [3, 3], "grid: list is not an object"),
    (("grid", "columns"), 1, "grid.columns: 1 is not an integer in 2..64"),
    (("grid", "rows"), 65, "grid.rows: 65 is not an integer in 2..64"),
    (("grid", "depth"), 1, "grid.'depth': unknown key"),
    (("weight_law",), "cubic", "weight_law: 'cubic' is not one of bilinear, distance"),
    (("renderer", "name"), [], "renderer.name: list is not a text"),
    (("renderer", "seed"), 1, "renderer.'seed': unknown key"),
    (("corners", "top_left"), ..., "corners.top_left: is missing"),
    (("corners", "middle"), [], "corners.'middle': unknown key"),
    (("corners", "top_left"), [], "corners.top_left: 0 entries are not in 1..64"),
    (("corners", "top_left", 0, "display"), "ninechars", "display: 'ninechars' is not"),
    (
        ("corners", "top_left", 0, "abbreviation"),
        "A",
        "abbreviation: 'A' is not a text of 2..2",
    ),
    (("corners", "top_left", 0, "gain"), 1, r"corners.top_left\[0\].'gain': unknown key"),
    (("combinations",), [], "combinations: 0 entries are not in 1..4096"),
    (("combinations", 0, "instruments", "top_left"), ..., "instruments.top_left: is missing"),
    (("combinations", 0, "instruments", "middle"), 0, "instruments.'middle': unknown"),
    (("combinations", 0, "instruments", "top_left"), -1, "top_left: -1 is not"),
    (("combinations", 0, "name"), "", r"combinations\[0\].'name': unknown key"),
    (("combinations", 0, "cells", 0), "abc", r"cells\[0\]: is not a list of 3 cell names"),
    (("combinations", 0, "cells", 2, 1), "../x", r"cells\[2\]\[1\]: '../x' is not 64"),
    (("combinations", 0, "cells", 2, 1), NAME.replace("0", "G"), "is not 64 hex"),
    (("combinations", 0, "cells", 2, 1), NAME + "0", "is not 64 hexadecimal digits"),
    (("combinations", 0, "cells", 2, 1), None, "NoneType is not 64 hexadecimal"),
    (
        ("loops", 0, "start_frame"),
        -1,
        r"loops\[0\].start_frame: -1 is not an integer in 0",
    ),
    (("loops", 0, "length_frames"), 0, r"loops\[0\].length_frames: 0 is not an integer"),
    (("loops", 0, "mode"), 0, r"loops\[0\].'mode': unknown key"),
    (("loudness_lufs",), 0.1, "loudness_lufs: 0.1 is not a number in -60..0"),
    (("loudness_lufs",), "-23", "loudness_lufs: '-23' is not a number"),
    (("peak_dbfs",), 10**400, r"peak_dbfs: 1000.*\.\.\. is not a number in -40..0"),
    (("velocity_layers",), [{}], "velocity_layers: is reserved and must be empty"),
    (("velocity_layers",), {}, "velocity_layers: dict is not a list"),
    (("preview",), None, "preview: NoneType is not a text"),
    (("preview",), "manifest.json", "preview: 'manifest.json' is the place of another part"),
    (("preview",), "Cells/x.ogg", "preview: 'Cells/x.ogg' is the place of another part"),
    (("extra",), 1, "'extra': unknown key"),
]


@pytest.mark.parametrize(("place", "value", "problem"), BOTH_REFUSE)
def test_invalid_manifests_name_place_value_and_range(
    packs: ModuleType, good: Json, place: tuple[str | int, ...], value: Json, problem: str
) -> None:
    document = packs.altered(good, place, value)
    with pytest.raises(PackInvalidError, match=problem):
        read(document)
    assert not VALIDATOR.is_valid(document)


ONLY_READER_REFUSES = [
    (("pitches",), [48, 72, 60], r"pitches\[2\]: 60 is not above 72"),
    (("loudness_lufs",), float("nan"), "nan is not a number"),
    (("peak_dbfs",), float("-inf"), "-inf is not a number"),
    (("name",), "red \x1b[31m", "has control characters"),
    (("name",), "half \ud800", "has control characters"),
    (("combinations", 0, "instruments", "top_left"), 1, "1 is not an integer in 0..0"),
    (("grid", "columns"), 4, r"cells\[0\]: is not a list of 4 cell names"),
    (("grid", "rows"), 2, r"combinations\[0\].cells: 3 entries are not in 2..2"),
    (("loops", 0, "pitch"), 50, "50 is not a pitch of this pack above -1"),
    (("loops", 1, "pitch"), 48, "48 is not a pitch of this pack above 48"),
    (("loops", 0, "length_frames"), 16000 * 60, "is not an integer in 1..956000"),
]


@pytest.mark.parametrize(("place", "value", "problem"), ONLY_READER_REFUSES)
def test_what_no_schema_can_say_is_refused_too(
    packs: ModuleType, good: Json, place: tuple[str | int, ...], value: Json, problem: str
) -> None:
    with pytest.raises(PackInvalidError, match=problem):
        read(packs.altered(good, place, value))


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../x", "a/../x", "a//b", "a/", ".", "a\\b", "C:x", "a/./b", "..", "a\0b"],
)
def test_a_preview_outside_the_pack_is_unsafe(good: Json, name: str) -> None:
    document = {**good, "preview": name}
    with pytest.raises((PackUnsafeError, PackInvalidError)):
        read(document)
    if "\0" not in name:
        assert not VALIDATOR.is_valid(document)


def test_a_combination_appears_once(good: Json) -> None:
    with pytest.raises(PackInvalidError, match=r"combinations\[1\].instruments: .* appears twice"):
        read({**good, "combinations": good["combinations"] * 2})


def test_another_major_version_is_too_new_whatever_else_it_holds() -> None:
    document = {"format": "latentpad-pack", "format_version": "2.0", "anything": []}
    with pytest.raises(PackTooNewError, match=r"format 2\.0 is too new: player .* reads 1\.x"):
        read(document)


def test_a_later_minor_version_may_have_more_keys_everywhere(good: Json) -> None:
    def add(value: Json) -> None:
        if isinstance(value, dict):
            for inner in list(value.values()):
                add(inner)
            value["from the future"] = {"x": 1}
        if isinstance(value, list):
            for inner in value:
                add(inner)

    document = copy.deepcopy(good)
    add(document)
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


def places(value: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
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
    packs: ModuleType, good: Json, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(places(good)))
    value = data.draw(JSON_VALUES)
    document = packs.altered(good, place, value)
    try:
        manifest = read(document)
    except PackError:
        return
    VALIDATOR.validate(document)
    assert read(manifest_to_json(manifest)) == manifest
