"""What the JSON in the header of a cell says, and where it puts the parts of the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from device.pack import limits
from device.pack.errors import PackDamagedError
from device.pack.fields import Fields
from device.pack.loop_table import read_loops
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
    loops = read_loops(fields, rate_hz)
    notes, lengths = _read_notes(fields, rate_hz, codec, loops)
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
    fields: Fields, rate_hz: int, codec: Codec, loops: dict[int, Loop]
) -> tuple[dict[int, NoteInfo], dict[int, int]]:
    """The notes, and the lengths of their streams in bytes, by ascending pitch."""
    notes: dict[int, NoteInfo] = {}
    lengths: dict[int, int] = {}
    last_pitch = -1
    frames = (1, limits.max_frames(rate_hz))
    for one in fields.each("notes", limits.NOTES):
        note = _read_note(one, frames)
        length = one.integer("data_bytes", (1, limits.CELL_BYTES))
        one.finish()
        if note.pitch <= last_pitch:
            one.fail("pitch", f"{note.pitch} is not above {last_pitch}")
        if codec is Codec.PCM_S16LE and length != note.frames * FRAME_BYTES:
            one.fail("data_bytes", f"{length} is not {FRAME_BYTES} for each of its frames")
        _check_mode(one, note, loops.get(note.pitch))
        last_pitch = note.pitch
        notes[last_pitch], lengths[last_pitch] = note, length
    for pitch in loops:
        if pitch not in notes or notes[pitch].mode is not PlayMode.LOOP:
            fields.fail("loops", f"pitch {pitch} is not a looped note of this cell")
    return notes, lengths


def _read_note(fields: Fields, frames: tuple[int, int]) -> NoteInfo:
    return NoteInfo(
        pitch=fields.integer("pitch", limits.PITCH),
        frames=fields.integer("frames", frames),
        gain=fields.number("gain", limits.GAIN),
        mode=PlayMode(fields.choice("mode", _MODES)),
        decay_db_per_s=fields.number("decay_db_per_s", limits.DECAY_DB_PER_S),
        loudness_lufs=fields.number("loudness_lufs", limits.LOUDNESS_LUFS),
    )


def _check_mode(fields: Fields, note: NoteInfo, loop: Loop | None) -> None:
    if note.mode is PlayMode.ONE_SHOT:
        if note.decay_db_per_s:
            fields.fail("decay_db_per_s", f"{note.decay_db_per_s:g} of a one-shot is not 0")
    elif loop is None:
        fields.fail("mode", f"pitch {note.pitch} is looped but has no loop points")
    elif note.frames != loop.end_frame:
        fields.fail("frames", f"{note.frames} is not the end of the loop, {loop.end_frame}")


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
