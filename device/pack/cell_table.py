"""What the JSON in the header of a cell says, and where it puts the parts of the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from device.pack import limits
from device.pack.errors import PackDamagedError
from device.pack.fields import Fields
from device.pack.model import Loop, NoteInfo, PlayMode, Recipe

FRAME_BYTES = 2


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


_CODECS = [codec.value for codec in Codec]
_MODES = [mode.value for mode in PlayMode]


def read_header(fields: Fields, heads_at: int, size: int) -> CellHeader:
    """The header of a cell of `size` bytes whose heads begin at byte `heads_at`."""
    rate_hz = fields.integer("rate_hz", limits.RATE_HZ)
    codec = Codec(fields.choice("codec", _CODECS))
    head_frames = fields.integer("head_frames", (1, rate_hz))
    renderer = fields.nested("renderer")
    renderer_name = renderer.text("name", limits.TEXT_CHARACTERS)
    renderer_version = renderer.text("version", limits.TEXT_CHARACTERS)
    renderer.finish()
    recipe = _read_recipe(fields)
    notes, loops, lengths = _read_notes(fields, rate_hz, codec)
    fields.finish()
    heads, data = _layout(lengths, heads_at, head_frames)
    end = sum(data[max(data)])
    if end != size:
        raise PackDamagedError(fields.path, f"cell has {size} bytes, its header describes {end}")
    return CellHeader(
        rate_hz, codec, head_frames, renderer_name, renderer_version, recipe, notes, loops, heads,
        data,
    )  # fmt: skip


def _read_recipe(fields: Fields) -> Recipe:
    sources: list[tuple[str, float]] = []
    for one in fields.each("recipe", limits.SOURCES):
        source = one.text("source", limits.TEXT_CHARACTERS)
        if sources and source <= sources[-1][0]:
            one.fail("source", f"{source!r} does not sort after {sources[-1][0]!r}")
        sources.append((source, one.number("weight", limits.WEIGHT)))
        one.finish()
    total = sum(weight for _, weight in sources)
    if abs(total - 1) > limits.WEIGHT_SUM_TOLERANCE:
        fields.fail("recipe", f"weights add up to {total:.7g}, not 1")
    return Recipe(tuple(sources))


def _read_notes(
    fields: Fields, rate_hz: int, codec: Codec
) -> tuple[dict[int, NoteInfo], dict[int, Loop], dict[int, int]]:
    """The notes, their loops, and the lengths of their streams in bytes, by ascending pitch."""
    notes: dict[int, NoteInfo] = {}
    loops: dict[int, Loop] = {}
    lengths: dict[int, int] = {}
    last_pitch = -1
    frames = (1, limits.max_frames(rate_hz))
    for one in fields.each("notes", limits.NOTES):
        note = _read_note(one, frames)
        pitch = note.pitch
        if pitch <= last_pitch:
            one.fail("pitch", f"{pitch} is not above {last_pitch}")
        last_pitch = pitch
        notes[pitch] = note
        lengths[pitch] = _read_length(one, note, codec)
        if note.mode is PlayMode.LOOP:
            loops[pitch] = _read_loop(one, note)
        elif note.decay_db_per_s:
            one.fail("decay_db_per_s", f"{note.decay_db_per_s:g} of a one-shot is not 0")
        one.finish()
    return notes, loops, lengths


def _read_note(fields: Fields, frames: tuple[int, int]) -> NoteInfo:
    return NoteInfo(
        pitch=fields.integer("pitch", limits.PITCH),
        frames=fields.integer("frames", frames),
        gain=fields.number("gain", limits.GAIN),
        mode=PlayMode(fields.choice("mode", _MODES)),
        decay_db_per_s=fields.number("decay_db_per_s", limits.DECAY_DB_PER_S),
        loudness_lufs=fields.number("loudness_lufs", limits.LOUDNESS_LUFS),
    )


def _read_length(fields: Fields, note: NoteInfo, codec: Codec) -> int:
    length = fields.integer("data_bytes", (1, limits.CELL_BYTES))
    if codec is Codec.PCM_S16LE and length != note.frames * FRAME_BYTES:
        fields.fail("data_bytes", f"{length} is not {FRAME_BYTES} for each of its frames")
    return length


def _read_loop(fields: Fields, note: NoteInfo) -> Loop:
    """A looped note stores no more than the loop's end, so its start says all."""
    start = fields.integer("loop_start_frame", (0, note.frames - 1))
    return Loop(start, note.frames - start)


def _layout(
    lengths: dict[int, int], heads_at: int, head_frames: int
) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
    """Offset of each head; offset and length of each stream."""
    head_bytes = head_frames * FRAME_BYTES
    heads = {pitch: heads_at + index * head_bytes for index, pitch in enumerate(lengths)}
    offset = heads_at + len(lengths) * head_bytes
    data: dict[int, tuple[int, int]] = {}
    for pitch, length in lengths.items():
        data[pitch] = (offset, length)
        offset += length
    return heads, data
