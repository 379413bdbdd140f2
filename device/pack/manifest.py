"""manifest.json to a Manifest and back; manifest.schema.json says the same in JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Sequence

from device.pack import limits
from device.pack.corners import CORNERS, WEIGHT_LAWS
from device.pack.errors import PackUnsafeError
from device.pack.fields import Fields, shown
from device.pack.loop_table import loops_to_json, read_loops
from device.pack.model import (
    FORMAT_MAJOR,
    FORMAT_MINOR,
    FORMAT_NAME,
    Combination,
    Credit,
    Instrument,
    Loop,
    Manifest,
)
from device.pack.version import check_format, check_min_player, parse_format_version

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CELL_NAME = re.compile(r"[0-9a-f]{64}")


def is_cell_name(text: object) -> bool:
    """Whether a text can be the name of a cell: 64 lower-case hexadecimal digits."""
    return type(text) is str and _CELL_NAME.fullmatch(text) is not None


def manifest_to_json(manifest: Manifest) -> dict[str, object]:
    """The JSON object of a manifest. It is not checked here: read it back to do so."""
    optional = {} if manifest.preview is None else {"preview": manifest.preview}
    return {
        "format": FORMAT_NAME,
        "format_version": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "min_player": manifest.min_player,
        "id": manifest.pack_id,
        "name": manifest.name,
        "author": manifest.author,
        "licence": manifest.licence,
        "credits": [vars(credit) for credit in manifest.credits],
        "sample_rate_hz": manifest.sample_rate_hz,
        "pitches": list(manifest.pitches),
        "grid": {"columns": manifest.columns, "rows": manifest.rows},
        "weight_law": manifest.weight_law,
        "renderer": {"name": manifest.renderer_name, "version": manifest.renderer_version},
        "corners": _by_role([[vars(sound) for sound in corner] for corner in manifest.corners]),
        "combinations": [_combination_to_json(one) for one in manifest.combinations],
        "loops": loops_to_json(manifest.loops),
        "loudness_lufs": manifest.loudness_lufs,
        "peak_dbfs": manifest.peak_dbfs,
        **optional,
    }


def _by_role(values: Sequence[object]) -> dict[str, object]:
    return {corner.value: value for corner, value in zip(CORNERS, values, strict=True)}


def _combination_to_json(combination: Combination) -> dict[str, object]:
    return {
        "instruments": _by_role(combination.instruments),
        "cells": [list(row) for row in combination.cells],
    }


def manifest_from_json(value: object, path: str) -> Manifest:
    """The manifest in a parsed JSON document; `path` is named in errors.

    Raises PackTooNewError, PackUnsafeError or PackInvalidError.
    """
    fields = Fields(value, path)
    fields.choice("format", [FORMAT_NAME])
    version = fields.text("format_version", limits.TEXT_CHARACTERS)
    major, minor = parse_format_version(version, path)
    check_format(major, minor, FORMAT_MAJOR, path)
    return _read(fields, is_later=minor > FORMAT_MINOR)


def _read(fields: Fields, is_later: bool) -> Manifest:
    """All keys after the format; a later minor version may have keys that we do not know."""
    min_player = fields.text("min_player", limits.TEXT_CHARACTERS)
    check_min_player(min_player, fields.path)
    rate_hz = fields.integer("sample_rate_hz", limits.RATE_HZ)
    pitches = _pitches(fields)
    grid = fields.nested("grid")
    columns = grid.integer("columns", limits.GRID)
    rows = grid.integer("rows", limits.GRID)
    renderer = fields.nested("renderer")
    corners = _corners(fields.nested("corners"), is_later)
    manifest = Manifest(
        pack_id=_uuid(fields),
        name=fields.text("name", limits.TEXT_CHARACTERS),
        author=fields.text("author", limits.TEXT_CHARACTERS, fewest=0),
        licence=fields.text("licence", limits.LONG_TEXT_CHARACTERS, fewest=0),
        credits=tuple(_credit(one, is_later) for one in fields.each("credits", limits.CREDITS)),
        sample_rate_hz=rate_hz,
        pitches=pitches,
        columns=columns,
        rows=rows,
        weight_law=fields.choice("weight_law", list(WEIGHT_LAWS)),
        renderer_name=renderer.text("name", limits.TEXT_CHARACTERS),
        renderer_version=renderer.text("version", limits.TEXT_CHARACTERS),
        corners=corners,
        combinations=_combinations(fields, corners, (columns, rows), is_later),
        loops=_loops(fields, pitches, rate_hz, is_later),
        loudness_lufs=fields.number("loudness_lufs", limits.TARGET_LUFS),
        peak_dbfs=fields.number("peak_dbfs", limits.PEAK_DBFS),
        min_player=min_player,
        preview=_preview(fields),
    )
    _reserved(fields, is_later)
    for part in (grid, renderer, fields):
        part.finish(ignore_unknown=is_later)
    return manifest


def _reserved(fields: Fields, is_later: bool) -> None:
    """`velocity_layers` is kept for further packs of cells, one per dynamic level.

    This version writes none; one of a later minor version still plays, with its first layer.
    """
    if "velocity_layers" in fields:
        layers = fields.items("velocity_layers", (0, 128))
        if layers and not is_later:
            fields.fail("velocity_layers", f"is reserved and must be empty, not {len(layers)} long")


def _uuid(fields: Fields) -> str:
    text = fields.text("id", limits.TEXT_CHARACTERS)
    if not _UUID.fullmatch(text):
        fields.fail("id", f"{shown(text)} is not a UUID in lower case")
    return text


def _pitches(fields: Fields) -> tuple[int, ...]:
    values = fields.items("pitches", limits.NOTES)
    low, high = limits.PITCH
    pitches: list[int] = []
    for index, value in enumerate(values):
        if type(value) is not int or not low <= value <= high:
            fields.fail(f"pitches[{index}]", f"{shown(value)} is not an integer in {low}..{high}")
        if pitches and value <= pitches[-1]:
            fields.fail(f"pitches[{index}]", f"{value} is not above {pitches[-1]}")
        pitches.append(value)
    return tuple(pitches)


def _corners(fields: Fields, is_later: bool) -> tuple[tuple[Instrument, ...], ...]:
    corners = tuple(
        tuple(_instrument(one, is_later) for one in fields.each(corner.value, limits.INSTRUMENTS))
        for corner in CORNERS
    )
    fields.finish(ignore_unknown=is_later)
    return corners


def _instrument(fields: Fields, is_later: bool) -> Instrument:
    letters = limits.ABBREVIATION_CHARACTERS
    instrument = Instrument(
        name=fields.text("name", limits.TEXT_CHARACTERS),
        display=fields.text("display", limits.DISPLAY_CHARACTERS),
        abbreviation=fields.text("abbreviation", letters, fewest=letters),
    )
    fields.finish(ignore_unknown=is_later)
    return instrument


def _credit(fields: Fields, is_later: bool) -> Credit:
    credit = Credit(
        sound=fields.text("sound", limits.TEXT_CHARACTERS),
        source=fields.text("source", limits.LONG_TEXT_CHARACTERS, fewest=0),
        licence=fields.text("licence", limits.LONG_TEXT_CHARACTERS, fewest=0),
    )
    fields.finish(ignore_unknown=is_later)
    return credit


def _combinations(
    fields: Fields,
    corners: tuple[tuple[Instrument, ...], ...],
    grid: tuple[int, int],
    is_later: bool,
) -> tuple[Combination, ...]:
    combinations: dict[tuple[int, ...], Combination] = {}
    for one in fields.each("combinations", limits.COMBINATIONS):
        combination = _combination(one, corners, grid, is_later)
        if combination.instruments in combinations:
            one.fail("instruments", f"{combination.instruments} appears twice")
        combinations[combination.instruments] = combination
    return tuple(combinations.values())


def _combination(
    fields: Fields,
    corners: tuple[tuple[Instrument, ...], ...],
    grid: tuple[int, int],
    is_later: bool,
) -> Combination:
    chosen = fields.nested("instruments")
    indices = [
        chosen.integer(corner.value, (0, len(instruments) - 1))
        for corner, instruments in zip(CORNERS, corners, strict=True)
    ]
    columns, rows = grid
    table = fields.items("cells", (rows, rows))
    cells = tuple(_row(fields, index, row, columns) for index, row in enumerate(table))
    chosen.finish(ignore_unknown=is_later)
    fields.finish(ignore_unknown=is_later)
    return Combination(instruments=(indices[0], indices[1], indices[2], indices[3]), cells=cells)


def _row(fields: Fields, index: int, row: object, columns: int) -> tuple[str, ...]:
    key = f"cells[{index}]"
    if type(row) is not list or len(row) != columns:
        fields.fail(key, f"is not a list of {columns} cell names")
    for column, name in enumerate(row):
        if not is_cell_name(name):
            fields.fail(f"{key}[{column}]", f"{shown(name)} is not 64 hexadecimal digits")
    return tuple(row)


def _loops(
    fields: Fields, pitches: tuple[int, ...], rate_hz: int, is_later: bool
) -> dict[int, Loop]:
    loops = read_loops(fields, rate_hz, is_later)
    for pitch in loops:
        if pitch not in pitches:
            fields.fail("loops", f"pitch {pitch} is not a pitch of this pack")
    return loops


def _preview(fields: Fields) -> str | None:
    """A path below the pack, or None; one that could leave the pack is refused."""
    if "preview" not in fields:
        return None
    name = fields.text("preview", limits.TEXT_CHARACTERS)
    check_member_name(name, fields.path)
    return name


def check_member_name(name: str, path: str) -> None:
    """Raise PackUnsafeError for a file name that could lead out of the pack on any system."""
    is_odd_part = any(part in ("", ".", "..") for part in name.split("/"))
    if is_odd_part or any(character in name for character in "\\:\0"):
        raise PackUnsafeError(path, f"{shown(name)} is not a plain path inside the pack")
