"""Reads the parts of manifest.json, each with its rules."""

from __future__ import annotations

import re

from device.pack import limits
from device.pack.corners import CORNERS
from device.pack.fields import Fields, shown
from device.pack.members import (
    CELLS_DIRECTORY,
    MANIFEST_NAME,
    check_member_name,
    is_cell_name,
)
from device.pack.model import Combination, Credit, Instrument, Loop

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_uuid(fields: Fields) -> str:
    """The id of the pack, in the usual form of 8-4-4-4-12 digits."""
    text = fields.text("id", limits.TEXT_CHARACTERS)
    if not _UUID.fullmatch(text):
        fields.fail("id", f"{shown(text)} is not a UUID in lower case")
    return text


def read_pitches(fields: Fields) -> tuple[int, ...]:
    """MIDI note numbers, strictly ascending."""
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


def read_corners(fields: Fields) -> tuple[tuple[Instrument, ...], ...]:
    """The instruments of the four corners, which the file names by role, in order of CORNERS."""
    corners = tuple(
        tuple(_instrument(one) for one in fields.each(corner.value, limits.INSTRUMENTS))
        for corner in CORNERS
    )
    fields.finish()
    return corners


def _instrument(fields: Fields) -> Instrument:
    letters = limits.ABBREVIATION_CHARACTERS
    instrument = Instrument(
        name=fields.text("name", limits.TEXT_CHARACTERS),
        display=fields.text("display", limits.DISPLAY_CHARACTERS),
        abbreviation=fields.text("abbreviation", letters, fewest=letters),
    )
    fields.finish()
    return instrument


def read_credit(fields: Fields) -> Credit:
    """Where one source sound comes from."""
    credit = Credit(
        sound=fields.text("sound", limits.TEXT_CHARACTERS),
        source=fields.text("source", limits.LONG_TEXT_CHARACTERS, fewest=0),
        licence=fields.text("licence", limits.LONG_TEXT_CHARACTERS, fewest=0),
    )
    fields.finish()
    return credit


def read_combinations(
    fields: Fields, corners: tuple[tuple[Instrument, ...], ...], grid: tuple[int, int]
) -> tuple[Combination, ...]:
    """The combinations, each choice of instruments once; grid is (columns, rows)."""
    combinations: dict[tuple[int, ...], Combination] = {}
    for one in fields.each("combinations", limits.COMBINATIONS):
        combination = _combination(one, corners, grid)
        if combination.instruments in combinations:
            one.fail("instruments", f"{combination.instruments} appears twice")
        combinations[combination.instruments] = combination
    return tuple(combinations.values())


def _combination(
    fields: Fields, corners: tuple[tuple[Instrument, ...], ...], grid: tuple[int, int]
) -> Combination:
    chosen = fields.nested("instruments")
    indices = [
        chosen.integer(corner.value, (0, len(instruments) - 1))
        for corner, instruments in zip(CORNERS, corners, strict=True)
    ]
    columns, rows = grid
    table = fields.items("cells", (rows, rows))
    cells = tuple(_row(fields, index, row, columns) for index, row in enumerate(table))
    chosen.finish()
    fields.finish()
    return Combination(instruments=(indices[0], indices[1], indices[2], indices[3]), cells=cells)


def _row(fields: Fields, index: int, row: object, columns: int) -> tuple[str, ...]:
    key = f"cells[{index}]"
    if type(row) is not list or len(row) != columns:
        fields.fail(key, f"is not a list of {columns} cell names")
    for column, name in enumerate(row):
        if not is_cell_name(name):
            fields.fail(f"{key}[{column}]", f"{shown(name)} is not 64 hexadecimal digits")
    return tuple(row)


def read_loops(fields: Fields, pitches: tuple[int, ...], rate_hz: int) -> dict[int, Loop]:
    """The loop points shared by all cells, by pitches of the pack, ascending."""
    loops: dict[int, Loop] = {}
    last_pitch = -1
    most = limits.max_frames(rate_hz)
    for one in fields.each("loops", (0, len(pitches))):
        pitch = one.integer("pitch", limits.PITCH)
        start = one.integer("start_frame", (0, most - 1))
        length = one.integer("length_frames", (1, most - start))
        one.finish()
        if pitch <= last_pitch or pitch not in pitches:
            one.fail("pitch", f"{pitch} is not a pitch of this pack above {last_pitch}")
        last_pitch = pitch
        loops[pitch] = Loop(start, length)
    return loops


def read_preview(fields: Fields) -> str | None:
    """A path below the pack, or None; neither outside the pack nor in the place of its parts."""
    if "preview" not in fields:
        return None
    name = fields.text("preview", limits.TEXT_CHARACTERS)
    check_member_name(name, fields.path)
    first_part = name.casefold().split("/")[0]  # FAT32 does not tell Cells from cells
    if first_part in (MANIFEST_NAME, CELLS_DIRECTORY):
        fields.fail("preview", f"{shown(name)} is the place of another part of the pack")
    return name
