"""Tests of device/pack/cell_header.py and cell_table.py: what a cell may say of itself."""

from __future__ import annotations

import struct
from types import ModuleType
from typing import Any

import pytest

from device.pack import (
    PackDamagedError,
    PackError,
    PackInvalidError,
    PackTooNewError,
    PackUnsafeError,
    parse_header,
)

Json = Any  # a value of a JSON document


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (("rate_hz",), 0, "rate_hz: 0 is not an integer in 8000..192000"),
        (("codec",), "mp3", "codec: 'mp3' is not one of flac, pcm_s16le"),
        (("codec",), ["flac"], "codec: list is not one of"),
        (("codec",), "pcm_s16le", r"notes\[0\].data_bytes: \d+ is not 2 for each"),
        (("head_frames",), 0, "head_frames: 0 is not an integer in 1..16000"),
        (("head_frames",), 16001, "head_frames: 16001 is not an integer in 1..16000"),
        (("head_frames",), 1600.0, "head_frames: 1600.0 is not an integer"),
        (("renderer",), "x", "renderer: 'x' is not an object"),
        (("renderer", "version"), "", "renderer.version: '' is not a text"),
        (("recipe",), [], "recipe: 0 entries are not in 1..4"),
        (("recipe", 0, "weight"), 0.5, "recipe: weights add up to 0.5, not 1"),
        (("recipe", 0, "weight"), -1, r"recipe\[0\].weight: -1 is not a number in"),
        (
            ("recipe", 0, "weight"),
            1e999,
            "recipe.*weight: inf is not a number|not valid JSON",
        ),
        (("notes",), [], "notes: 0 entries are not in 1..128"),
        (("notes",), [{}] * 129, "notes: 129 entries are not in 1..128"),
        (("notes", 1, "pitch"), 48, r"notes\[1\].pitch: 48 is not above 48"),
        (("notes", 1, "pitch"), -1, r"notes\[1\].pitch: -1 is not an integer in 0..127"),
        (("notes", 1, "frames"), 0, "frames: 0 is not an integer in 1..960000"),
        (("notes", 1, "frames"), 2**63, "frames: 9223372036854775808 is not an integer"),
        (("notes", 1, "gain"), 0, "gain: 0 is not a number in 1e-06..8"),
        (("notes", 1, "gain"), -1.0, "gain: -1.0 is not a number in 1e-06..8"),
        (("notes", 1, "gain"), 8.1, "gain: 8.1 is not a number in 1e-06..8"),
        (("notes", 1, "gain"), True, "gain: True is not a number"),
        (
            ("notes", 1, "mode"),
            "pingpong",
            "mode: 'pingpong' is not one of loop, one_shot",
        ),
        (("notes", 0, "decay_db_per_s"), 0.1, "decay_db_per_s: 0.1 is not a number in"),
        (("notes", 2, "decay_db_per_s"), -1, "decay_db_per_s: -1 of a one-shot is not 0"),
        (("notes", 0, "loudness_lufs"), None, "loudness_lufs: NoneType is not a number"),
        (("notes", 0, "loop_start_frame"), ..., r"notes\[0\].loop_start_frame: is missing"),
        (("notes", 0, "loop_start_frame"), -1, "loop_start_frame: -1 is not an integer"),
        (("notes", 0, "loop_start_frame"), 960000, "960000 is not an integer in 0.."),
        (("notes", 2, "loop_start_frame"), 0, "'loop_start_frame': unknown key"),
        (
            ("notes", 0, "data_bytes"),
            0,
            "data_bytes: 0 is not an integer in 1..2147483647",
        ),
        (("extra",), 0, "'extra': unknown key"),
        (("notes", 0, "extra"), 0, r"notes\[0\].'extra': unknown key"),
    ],
)
def test_invalid_headers_name_place_value_and_range(
    packs: ModuleType, cell_data: bytes, place: tuple[str | int, ...], value: Json, problem: str
) -> None:
    data = packs.edit_header(cell_data, lambda document: packs.altered(document, place, value))
    with pytest.raises(PackInvalidError, match=problem):
        parse_header(data, "x.cell")


@pytest.mark.parametrize("wrong", [-1, 1, 1000])
def test_the_lengths_must_add_up_to_the_file(
    packs: ModuleType, cell_data: bytes, wrong: int
) -> None:
    def change(document: Json) -> Json:
        document["notes"][0]["data_bytes"] += wrong
        return document

    with pytest.raises(PackDamagedError, match=r"cell has \d+ bytes, its header describes \d+"):
        parse_header(packs.edit_header(cell_data, change), "x")


def test_more_bytes_than_the_header_describes_are_damage(cell_data: bytes) -> None:
    with pytest.raises(PackDamagedError, match="its header describes"):
        parse_header(cell_data + b"\0", "x")


def test_a_cell_cut_off_anywhere_is_damage(cell_data: bytes) -> None:
    for size in [*range(0, 20), 4095, 4096, 4097, *range(5000, len(cell_data), 997)]:
        with pytest.raises(PackDamagedError):
            parse_header(cell_data[:size], "x")


def with_prefix(data: bytes, magic: bytes, major: int, minor: int, json_bytes: int) -> bytes:
    return struct.pack("<8sHHI", magic, major, minor, json_bytes) + data[16:]


@pytest.mark.parametrize(
    ("prefix", "kind", "problem"),
    [
        ((b"LPADCELX", 1, 0, 4080), PackDamagedError, "is not a cell: it begins with b'LPADCELX'"),
        ((b"LPADCELL", 2, 3, 4080), PackTooNewError, r"format 2.3 is too new: player .* reads 1.x"),
        ((b"LPADCELL", 0, 9, 4080), PackInvalidError, "format 0.9 never existed"),
        ((b"LPADCELL", 1, 0, 0), PackInvalidError, "header of 16 bytes, no multiple of 4096"),
        ((b"LPADCELL", 1, 0, 4079), PackInvalidError, "header of 4095 bytes"),
        ((b"LPADCELL", 1, 0, 2**32 - 1), PackUnsafeError, "header of 4294967311 bytes; at most"),
        ((b"LPADCELL", 1, 0, 2**18 - 16), PackDamagedError, "cut off in its header at byte"),
        ((b"LPADCELL", 1, 0, 8192 - 16), PackInvalidError, "not valid JSON"),
    ],
)
def test_the_fixed_part_is_checked_first(
    cell_data: bytes, prefix: tuple[bytes, int, int, int], kind: type[PackError], problem: str
) -> None:
    with pytest.raises(kind, match=problem):
        parse_header(with_prefix(cell_data, *prefix), "x")


def test_a_later_minor_version_may_have_more_keys(packs: ModuleType, cell_data: bytes) -> None:
    def change(document: Json) -> Json:
        document["extra"] = 1
        for part in ("renderer", "recipe", "notes"):
            one = document[part] if part == "renderer" else document[part][0]
            one["extra"] = {}
        return document

    data = packs.edit_header(cell_data, change)
    with pytest.raises(PackInvalidError, match="unknown key"):
        parse_header(data, "x")
    later = with_prefix(data, b"LPADCELL", 1, 7, int.from_bytes(data[12:16], "little"))
    assert parse_header(later, "x") == parse_header(cell_data, "x")
