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
from collections.abc import Mapping, Sequence

from device.pack import limits
from device.pack.cell_table import CellHeader, Codec, read_header
from device.pack.errors import PackDamagedError, PackInvalidError, PackUnsafeError
from device.pack.fields import Fields
from device.pack.model import Loop, NoteInfo, PlayMode, Recipe
from device.pack.strict_json import loads
from device.pack.version import check_format

MAGIC = b"LPADCELL"
CELL_MAJOR = 1
CELL_MINOR = 0
PAGE_BYTES = 4096
_PREFIX = struct.Struct("<8sHHI")


def encode_header(
    rate_hz: int,
    codec: Codec,
    recipe: Recipe,
    renderer: tuple[str, str],
    notes: Sequence[tuple[NoteInfo, int]],
    loops: Mapping[int, Loop],
) -> bytes:
    """The bytes before the heads; notes come with the length of their streams in bytes.

    Raises ValueError or TypeError for what JSON cannot hold.
    """
    document = {
        "rate_hz": rate_hz,
        "codec": codec.value,
        "head_frames": limits.head_frames(rate_hz),
        "renderer": {"name": renderer[0], "version": renderer[1]},
        "recipe": [{"source": source, "weight": weight} for source, weight in recipe.sources],
        "notes": [_note_to_json(info, length, loops) for info, length in notes],
    }
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")
    pages = -(-(_PREFIX.size + len(text)) // PAGE_BYTES)
    json_bytes = pages * PAGE_BYTES - _PREFIX.size
    return _PREFIX.pack(MAGIC, CELL_MAJOR, CELL_MINOR, json_bytes) + text.ljust(json_bytes)


def _note_to_json(info: NoteInfo, data_bytes: int, loops: Mapping[int, Loop]) -> dict[str, object]:
    note = {**vars(info), "data_bytes": data_bytes}
    if info.mode is PlayMode.LOOP:
        note["loop_start_frame"] = loops[info.pitch].start_frame
    return note


def parse_header(data: bytes | memoryview, path: str, size: int | None = None) -> CellHeader:
    """The header of a cell file; raises a PackError that names `path`.

    data: the whole file; or, for a file of `size` bytes, at least its first header_bytes().
    """
    size = len(data) if size is None else size
    minor, json_end = _check_prefix(data, path, size)
    document = loads(bytes(data[_PREFIX.size : json_end]), limits.CELL_HEADER_BYTES, path)
    fields = Fields(document, path, is_later=minor > CELL_MINOR)
    return read_header(fields, json_end, size)


def header_bytes(start: bytes, path: str, size: int) -> int:
    """How long the header of a cell of `size` bytes is, by its first page; raises as above."""
    return _check_prefix(start, path, size)[1]


def _check_prefix(data: bytes | memoryview, path: str, size: int) -> tuple[int, int]:
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
    if json_end > size:
        raise PackDamagedError(path, f"cut off in its header at byte {size} of {json_end}")
    return minor, json_end
