"""Small sound packs for tests: a plain function that writes one, and the parts to make odd ones."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from device.pack import (
    CORNERS,
    WEIGHT_LAWS,
    Codec,
    Combination,
    Credit,
    Instrument,
    Loop,
    Manifest,
    NoteAudio,
    PlayMode,
    Recipe,
    cell_name,
    cell_position,
    encode_cell,
    encode_note,
    write_cell,
    write_manifest,
)

Json = Any  # a value of a JSON document
PACK_ID = "6f0e3c0a-1d7b-4f0e-9a51-0c9d5b6a7e42"
LOOP_START_S = 0.25
LOOP_S = 0.2


def make_note(
    pitch: int, brightness: float, rate_hz: int, seconds: float, loop: Loop | None
) -> NoteAudio:
    """A tone of two partials and a little noise; decays by 6 dB/s if it is looped."""
    frames = round(seconds * rate_hz) if loop is None else loop.end_frame
    time_s = np.arange(frames) / rate_hz
    pitch_hz = 440 * 2 ** ((pitch - 69) / 12)
    noise = np.random.default_rng(pitch).normal(0, 1e-3, frames)
    tone = np.sin(2 * math.pi * pitch_hz * time_s)
    tone += brightness * np.sin(6 * math.pi * pitch_hz * time_s) + noise
    tone *= 0.3 * np.minimum(1, time_s / 0.01)
    return NoteAudio(
        pitch=pitch,
        samples=tone.astype(np.float32),
        mode=PlayMode.ONE_SHOT if loop is None else PlayMode.LOOP,
        decay_db_per_s=0.0 if loop is None else -6.0,
        loudness_lufs=-23.0,
    )


def shared_loops(pitches: Sequence[int], rate_hz: int) -> dict[int, Loop]:
    """Loop points of whole periods for each pitch."""
    loops = {}
    for pitch in pitches:
        period = rate_hz / (440 * 2 ** ((pitch - 69) / 12))
        length = round(max(1, round(LOOP_S * rate_hz / period)) * period)
        loops[pitch] = Loop(round(LOOP_START_S * rate_hz), length)
    return loops


def make_cell(
    weights: Sequence[float],
    pitches: Sequence[int],
    rate_hz: int,
    seconds: float,
    loops: dict[int, Loop],
    sources: Sequence[str] = ("a", "b", "c", "d"),
    codec: Codec = Codec.FLAC,
) -> bytes:
    """A cell, brighter the more it has of the later sources; looped where `loops` says."""
    active = {}
    for source, weight in zip(sources, weights, strict=True):
        if weight > 0:
            active[source] = active.get(source, 0.0) + weight
    brightness = sum(index / 3 * weight for index, weight in enumerate(weights))
    notes = [
        encode_note(make_note(pitch, brightness, rate_hz, seconds, loops.get(pitch)), rate_hz)
        for pitch in pitches
    ]
    return encode_cell(
        rate_hz, Recipe(tuple(sorted(active.items()))), "test", "1", notes, loops, codec=codec
    )


def make_test_pack(
    path: Path,
    *,
    name: str = "Test pack",
    pitches: Sequence[int] = (48, 60, 72),
    rate_hz: int = 16_000,
    columns: int = 3,
    rows: int = 3,
    seconds: float = 0.5,
    is_looped: bool = True,
    instruments_per_corner: int = 1,
    weight_law: str = "bilinear",
) -> Manifest:
    """Write a whole small pack into the directory `path` and return its manifest.

    The highest pitch is a one-shot of `seconds`, all others are looped (if `is_looped`). The first
    `instruments_per_corner` sounds of each corner are combined like with like.
    """
    loops = shared_loops(pitches[:-1], rate_hz) if is_looped else {}
    combinations = []
    for choice in range(instruments_per_corner):
        sources = [f"{corner.value}-{choice}" for corner in CORNERS]
        cells = []
        for row in range(rows):
            names = []
            for column in range(columns):
                position = cell_position(column, row, columns, rows)
                weights = WEIGHT_LAWS[weight_law](*position)
                data = make_cell(weights, pitches, rate_hz, seconds, loops, sources)
                names.append(write_cell(path, data))
            cells.append(tuple(names))
        combinations.append(Combination((choice, choice, choice, choice), tuple(cells)))
    manifest = Manifest(
        pack_id=PACK_ID,
        name=name,
        author="The tests",
        licence="CC0-1.0",
        credits=(Credit("tone", "made by tests/packs.py", "CC0-1.0"),),
        sample_rate_hz=rate_hz,
        pitches=tuple(pitches),
        columns=columns,
        rows=rows,
        weight_law=weight_law,
        renderer_name="test",
        renderer_version="1",
        corners=tuple(
            tuple(
                Instrument(f"{corner}-{choice}", f"{letter} {choice}", f"{letter}{choice}")
                for choice in range(instruments_per_corner)
            )
            for corner, letter in zip(CORNERS, "ABCD", strict=True)
        ),
        combinations=tuple(combinations),
        loops=loops,
        loudness_lufs=-23.0,
        peak_dbfs=-1.0,
    )
    write_manifest(path, manifest)
    return manifest


def altered(document: Json, path: Sequence[str | int], value: Json) -> Json:
    """A copy of a JSON document with `value` at a place, or nothing there if `value` is `...`."""
    if not path:
        return value
    result = copy.deepcopy(document)
    parent = result
    for key in path[:-1]:
        parent = parent[key]
    if value is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return result


def edit_manifest(path: Path, change: Callable[[Json], Json]) -> None:
    """Write what `change` makes of a pack's manifest, with no check of any kind."""
    file = path / "manifest.json"
    file.write_text(json.dumps(change(json.loads(file.read_text("utf-8")))), "utf-8")


def edit_header(data: bytes, change: Callable[[Json], Json]) -> bytes:
    """The bytes of a cell with what `change` makes of the JSON in its header, unchecked."""
    json_bytes = int.from_bytes(data[12:16], "little")
    document = change(json.loads(data[16 : 16 + json_bytes]))
    text = json.dumps(document, separators=(",", ":")).encode()
    pages = -(-(16 + len(text)) // 4096)
    padded = text.ljust(pages * 4096 - 16)
    return data[:12] + len(padded).to_bytes(4, "little") + padded + data[16 + json_bytes :]


def replace_cell(path: Path, data: bytes) -> str:
    """Put a cell, sound or not, in the place of the top left one; its name fits its bytes."""
    name = cell_name(data)
    (path / "cells" / f"{name}.cell").write_bytes(data)

    place = ("combinations", 0, "cells", 0, 0)
    edit_manifest(path, lambda document: altered(document, place, name))
    return name


def first_cell(path: Path) -> Path:
    """The file of the top left cell of a pack directory."""
    document = json.loads((path / "manifest.json").read_text("utf-8"))
    name: str = document["combinations"][0]["cells"][0][0]
    return path / "cells" / f"{name}.cell"
