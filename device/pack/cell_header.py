"""The header of a cell file: what its bytes mean, written and read.

A cell holds one recipe at all pitches, little-endian:

    0   8 bytes  magic "LPADCELL"
    8   uint16   major version, uint16 minor version
    12  uint32   length of the JSON that follows
    16  JSON     padded with spaces so that the heads begin at a multiple of 4096
        heads    int16 [notes][head_frames]: 100 ms of each note, zeros if it is shorter
        data     one stream per note, back to back, in the order of the notes: codec "flac" (16 bit,
                 mono) or "pcm_s16le"; each has the whole note, its head included

Every offset follows from the lengths, and the lengths must add up to the size of the file. The
name of a cell is the BLAKE2b-256 of all its bytes in hexadecimal.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from device.pack import limits
from device.pack.errors import PackDamagedError, PackInvalidError, PackUnsafeError
from device.pack.fields import Fields
from device.pack.loop_table import loops_to_json, read_loops
from device.pack.model import Loop, NoteInfo, PlayMode, Recipe
from device.pack.strict_json import loads
from device.pack.version import check_format

MAGIC = b"LPADCELL"
CELL_MAJOR = 1
CELL_MINOR = 0
PAGE_BYTES = 4096
_PREFIX = struct.Struct("<8sHHI")
_FRAME_BYTES = 2


class Codec(StrEnum):
    """How the streams of a cell are stored."""

    FLAC = "flac"
    PCM_S16LE = "pcm_s16le"


@dataclass(frozen=True)
class CellHeader:
    """Everything a cell says of itself, and where its parts are."""

    rate_hz: int
    codec: Codec
    head_frames: int
    renderer_name: str
    renderer_version: str
    recipe: Recipe
    notes: dict[int, NoteInfo]  # by pitch, ascending
    loops: dict[int, Loop]  # of the looped notes
    heads: dict[int, int]  # pitch -> offset of the head in the file, bytes
    data: dict[int, tuple[int, int]]  # pitch -> offset and length of the stream, bytes


def encode_header(
    rate_hz: int,
    codec: Codec,
    recipe: Recipe,
    renderer: tuple[str, str],
    notes: Sequence[tuple[NoteInfo, int]],
    loops: dict[int, Loop],
) -> bytes:
    """The bytes before the heads; notes come with the length of their streams in bytes."""
    document = {
        "rate_hz": rate_hz,
        "codec": codec.value,
        "head_frames": limits.head_frames(rate_hz),
        "renderer": {"name": renderer[0], "version": renderer[1]},
        "recipe": [{"source": source, "weight": weight} for source, weight in recipe.sources],
        "loops": loops_to_json(loops),
        "notes": [{**vars(info), "data_bytes": size} for info, size in notes],
    }
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")
    padded = -(-(_PREFIX.size + len(text)) // PAGE_BYTES) * PAGE_BYTES - _PREFIX.size
    return _PREFIX.pack(MAGIC, CELL_MAJOR, CELL_MINOR, padded) + text.ljust(padded)


def parse_header(data: bytes | memoryview, path: str) -> CellHeader:
    """The header of a whole cell file; raises a PackError that names `path`."""
    minor, json_end = _check_prefix(data, path)
    document = loads(bytes(data[_PREFIX.size : json_end]), limits.CELL_HEADER_BYTES, path)
    return _read(Fields(document, path), json_end, len(data), is_later=minor > CELL_MINOR)


def _check_prefix(data: bytes | memoryview, path: str) -> tuple[int, int]:
    """Minor version and end of the JSON, once the fixed part is known to be sound."""
    if len(data) < _PREFIX.size:
        raise PackDamagedError(path, f"cell of {len(data)} bytes is cut off in its header")
    magic, major, minor, json_bytes = _PREFIX.unpack(data[: _PREFIX.size])
    if magic != MAGIC:
        raise PackDamagedError(path, f"is not a cell: it begins with {magic!r}, not {MAGIC!r}")
    check_format(major, minor, CELL_MAJOR, path)
    json_end: int = _PREFIX.size + json_bytes
    if json_end > limits.CELL_HEADER_BYTES:
        most = limits.CELL_HEADER_BYTES
        raise PackUnsafeError(path, f"header of {json_end} bytes; at most {most} are allowed")
    if json_end % PAGE_BYTES:
        raise PackInvalidError(path, f"header of {json_end} bytes, no multiple of {PAGE_BYTES}")
    if json_end > len(data):
        raise PackDamagedError(path, f"cut off in its header at byte {len(data)} of {json_end}")
    return minor, json_end


def _read(fields: Fields, json_end: int, size: int, is_later: bool) -> CellHeader:
    rate_hz = fields.integer("rate_hz", limits.RATE_HZ)
    codec = Codec(fields.choice("codec", [one.value for one in Codec]))
    head_frames = fields.integer("head_frames", (1, rate_hz))
    renderer = fields.nested("renderer")
    name = renderer.text("name", limits.TEXT_CHARACTERS)
    version = renderer.text("version", limits.TEXT_CHARACTERS)
    recipe = _read_recipe(fields, is_later)
    loops = read_loops(fields, rate_hz, is_later)
    notes: dict[int, NoteInfo] = {}
    lengths: list[int] = []
    for one in fields.each("notes", limits.NOTES):
        note, length = _read_note(one, rate_hz, loops, codec, is_later)
        if notes and note.pitch <= next(reversed(notes)):
            one.fail("pitch", f"{note.pitch} is not above {next(reversed(notes))}")
        notes[note.pitch] = note
        lengths.append(length)
    for pitch in loops:
        if pitch not in notes or notes[pitch].mode is not PlayMode.LOOP:
            fields.fail("loops", f"pitch {pitch} is not a looped note of this cell")
    for part in (renderer, fields):
        part.finish(ignore_unknown=is_later)
    heads, data = _layout(list(notes), lengths, json_end, head_frames, size, fields.path)
    return CellHeader(rate_hz, codec, head_frames, name, version, recipe, notes, loops, heads, data)


def _read_recipe(fields: Fields, is_later: bool) -> Recipe:
    sources: list[tuple[str, float]] = []
    for one in fields.each("recipe", limits.SOURCES):
        source = one.text("source", limits.TEXT_CHARACTERS)
        if sources and source <= sources[-1][0]:
            one.fail("source", f"{source!r} does not sort after {sources[-1][0]!r}")
        sources.append((source, one.number("weight", limits.WEIGHT)))
        one.finish(ignore_unknown=is_later)
    total = sum(weight for _, weight in sources)
    if abs(total - 1) > limits.WEIGHT_SUM_TOLERANCE:
        fields.fail("recipe", f"weights add up to {total:.7g}, not 1")
    return Recipe(tuple(sources))


def _read_note(
    fields: Fields, rate_hz: int, loops: dict[int, Loop], codec: Codec, is_later: bool
) -> tuple[NoteInfo, int]:
    """A note and the length of its stream in bytes."""
    note = NoteInfo(
        pitch=fields.integer("pitch", limits.PITCH),
        frames=fields.integer("frames", (1, limits.max_frames(rate_hz))),
        gain=fields.number("gain", limits.GAIN),
        mode=PlayMode(fields.choice("mode", [one.value for one in PlayMode])),
        decay_db_per_s=fields.number("decay_db_per_s", limits.DECAY_DB_PER_S),
        loudness_lufs=fields.number("loudness_lufs", limits.LOUDNESS_LUFS),
    )
    length = fields.integer("data_bytes", (1, limits.CELL_BYTES))
    fields.finish(ignore_unknown=is_later)
    if codec is Codec.PCM_S16LE and length != note.frames * _FRAME_BYTES:
        fields.fail("data_bytes", f"{length} is not {_FRAME_BYTES} for each of its frames")
    _check_mode(fields, note, loops.get(note.pitch))
    return note, length


def _check_mode(fields: Fields, note: NoteInfo, loop: Loop | None) -> None:
    if note.mode is PlayMode.ONE_SHOT and note.decay_db_per_s != 0:
        fields.fail("decay_db_per_s", f"{note.decay_db_per_s:g} of a one-shot is not 0")
    if note.mode is PlayMode.LOOP and loop is None:
        fields.fail("mode", f"pitch {note.pitch} is looped but has no loop points")
    if note.mode is PlayMode.LOOP and loop is not None and note.frames != loop.end_frame:
        fields.fail("frames", f"{note.frames} is not the end of the loop, {loop.end_frame}")


def _layout(
    pitches: list[int], lengths: list[int], json_end: int, head_frames: int, size: int, path: str
) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
    """Offsets of heads and streams; the last stream must end with the file."""
    head_bytes = head_frames * _FRAME_BYTES
    heads = {pitch: json_end + index * head_bytes for index, pitch in enumerate(pitches)}
    offset = json_end + len(pitches) * head_bytes
    data: dict[int, tuple[int, int]] = {}
    for pitch, length in zip(pitches, lengths, strict=True):
        data[pitch] = (offset, length)
        offset += length
    if offset != size:
        raise PackDamagedError(path, f"cell has {size} bytes, its header describes {offset}")
    return heads, data
