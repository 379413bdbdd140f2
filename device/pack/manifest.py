"""manifest.json to a Manifest and back; manifest.schema.json says the same in JSON Schema."""

from __future__ import annotations

from collections.abc import Sequence

from device.pack import limits
from device.pack.corners import CORNERS, WEIGHT_LAWS
from device.pack.fields import Fields
from device.pack.manifest_parts import (
    read_combinations,
    read_corners,
    read_credit,
    read_loops,
    read_pitches,
    read_preview,
    read_uuid,
)
from device.pack.model import (
    FORMAT_MAJOR,
    FORMAT_MINOR,
    FORMAT_NAME,
    Combination,
    Manifest,
)
from device.pack.version import check_format, check_min_player, parse_format_version


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
        "loops": [{"pitch": pitch, **vars(loop)} for pitch, loop in sorted(manifest.loops.items())],
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
    fields.is_later = minor > FORMAT_MINOR
    return _read(fields)


def _read(fields: Fields) -> Manifest:
    """All keys after the format."""
    min_player = fields.text("min_player", limits.TEXT_CHARACTERS)
    check_min_player(min_player, fields.path)
    rate_hz = fields.integer("sample_rate_hz", limits.RATE_HZ)
    pitches = read_pitches(fields)
    grid = fields.nested("grid")
    columns = grid.integer("columns", limits.GRID)
    rows = grid.integer("rows", limits.GRID)
    renderer = fields.nested("renderer")
    corners = read_corners(fields.nested("corners"))
    manifest = Manifest(
        pack_id=read_uuid(fields),
        name=fields.text("name", limits.TEXT_CHARACTERS),
        author=fields.text("author", limits.TEXT_CHARACTERS, fewest=0),
        licence=fields.text("licence", limits.LONG_TEXT_CHARACTERS, fewest=0),
        credits=tuple(read_credit(one) for one in fields.each("credits", limits.CREDITS)),
        sample_rate_hz=rate_hz,
        pitches=pitches,
        columns=columns,
        rows=rows,
        weight_law=fields.choice("weight_law", list(WEIGHT_LAWS)),
        renderer_name=renderer.text("name", limits.TEXT_CHARACTERS),
        renderer_version=renderer.text("version", limits.TEXT_CHARACTERS),
        corners=corners,
        combinations=read_combinations(fields, corners, (columns, rows)),
        loops=read_loops(fields, pitches, rate_hz),
        loudness_lufs=fields.number("loudness_lufs", limits.TARGET_LUFS),
        peak_dbfs=fields.number("peak_dbfs", limits.PEAK_DBFS),
        min_player=min_player,
        preview=read_preview(fields),
    )
    _reserved(fields)
    for part in (grid, renderer, fields):
        part.finish()
    return manifest


def _reserved(fields: Fields) -> None:
    """`velocity_layers` is kept for further packs of cells, one per dynamic level.

    This version writes none; one of a later minor version still plays, with its first layer.
    """
    if "velocity_layers" in fields:
        layers = fields.items("velocity_layers", (0, 128))
        if layers and not fields.is_later:
            fields.fail("velocity_layers", f"is reserved and must be empty, not {len(layers)} long")
