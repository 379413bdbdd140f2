"""Tests of device/pack/cell_header.py and cell_table.py: what a cell may say of itself."""

from __future__ import annotations

import struct
from collections.abc import Callable
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


def put(*path: Any, value: Any) -> Callable[[Any], None]:
    """A change that puts a value at a place in the header."""

    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


def drop(*path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (put("rate_hz", value=0), "rate_hz: 0 is not an integer in 8000..192000"),
        (put("codec", value="mp3"), "codec: 'mp3' is not one of flac, pcm_s16le"),
        (put("codec", value=["flac"]), "codec: list is not one of"),
        (put("codec", value="pcm_s16le"), r"notes\[0\].data_bytes: \d+ is not 2 for each"),
        (put("head_frames", value=0), "head_frames: 0 is not an integer in 1..16000"),
        (put("head_frames", value=16001), "head_frames: 16001 is not an integer in 1..16000"),
        (put("head_frames", value=1600.0), "head_frames: 1600.0 is not an integer"),
        (put("renderer", value="x"), "renderer: 'x' is not an object"),
        (put("renderer", "version", value=""), "renderer.version: '' is not a text"),
        (put("recipe", value=[]), "recipe: 0 entries are not in 1..4"),
        (put("recipe", 0, "weight", value=0.5), "recipe: weights add up to 0.5, not 1"),
        (put("recipe", 0, "weight", value=-1), r"recipe\[0\].weight: -1 is not a number in"),
        (
            put("recipe", 0, "weight", value=1e999),
            "recipe.*weight: inf is not a number|not valid JSON",
        ),
        (put("notes", value=[]), "notes: 0 entries are not in 1..128"),
        (put("notes", value=[{}] * 129), "notes: 129 entries are not in 1..128"),
        (put("notes", 1, "pitch", value=48), r"notes\[1\].pitch: 48 is not above 48"),
        (put("notes", 1, "pitch", value=-1), r"notes\[1\].pitch: -1 is not an integer in 0..127"),
        (put("notes", 1, "frames", value=0), "frames: 0 is not an integer in 1..960000"),
        (put("notes", 1, "frames", value=2**63), "frames: 9223372036854775808 is not an integer"),
        (put("notes", 1, "gain", value=0), "gain: 0 is not a number in 1e-06..8"),
        (put("notes", 1, "gain", value=-1.0), "gain: -1.0 is not a number in 1e-06..8"),
        (put("notes", 1, "gain", value=8.1), "gain: 8.1 is not a number in 1e-06..8"),
        (put("notes", 1, "gain", value=True), "gain: True is not a number"),
        (
            put("notes", 1, "mode", value="pingpong"),
            "mode: 'pingpong' is not one of loop, one_shot",
        ),
        (put("notes", 0, "decay_db_per_s", value=0.1), "decay_db_per_s: 0.1 is not a number in"),
        (put("notes", 2, "decay_db_per_s", value=-1), "decay_db_per_s: -1 of a one-shot is not 0"),
        (put("notes", 0, "loudness_lufs", value=None), "loudness_lufs: NoneType is not a number"),
        (drop("notes", 0, "loop_start_frame"), r"notes\[0\].loop_start_frame: is missing"),
        (put("notes", 0, "loop_start_frame", value=-1), "loop_start_frame: -1 is not an integer"),
        (put("notes", 0, "loop_start_frame", value=960000), "960000 is not an integer in 0.."),
        (put("notes", 2, "loop_start_frame", value=0), "'loop_start_frame': unknown key"),
        (
            put("notes", 0, "data_bytes", value=0),
            "data_bytes: 0 is not an integer in 1..2147483647",
        ),
        (put("extra", value=0), "'extra': unknown key"),
        (put("notes", 0, "extra", value=0), r"notes\[0\].'extra': unknown key"),
    ],
)
def test_invalid_headers_name_place_value_and_range(
    packs: ModuleType, cell_data: bytes, change: Callable[[Any], None], problem: str
) -> None:
    data = packs.edit_header(cell_data, change)
    with pytest.raises(PackInvalidError, match=problem):
        parse_header(data, "x.cell")


@pytest.mark.parametrize("wrong", [-1, 1, 1000])
def test_the_lengths_must_add_up_to_the_file(
    packs: ModuleType, cell_data: bytes, wrong: int
) -> None:
    def change(document: Any) -> None:
        document["notes"][0]["data_bytes"] += wrong

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
    def change(document: Any) -> None:
        document["extra"] = 1
        for part in ("renderer", "recipe", "notes"):
            one = document[part] if part == "renderer" else document[part][0]
            one["extra"] = {}

    data = packs.edit_header(cell_data, change)
    with pytest.raises(PackInvalidError, match="unknown key"):
        parse_header(data, "x")
    later = with_prefix(data, b"LPADCELL", 1, 7, int.from_bytes(data[12:16], "little"))
    assert parse_header(later, "x") == parse_header(cell_data, "x")
