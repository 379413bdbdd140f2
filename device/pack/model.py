"""What a sound pack says of itself: frozen records of the manifest and of a cell's header."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FORMAT_NAME = "latentpad-pack"
FORMAT_MAJOR = 1
FORMAT_MINOR = 0
FULL_SCALE = 32768
"""The int16 sample that would be 1.0; an output sample is int16 / FULL_SCALE * gain."""


class PlayMode(StrEnum):
    """How a note goes on when its stored frames are over."""

    LOOP = "loop"
    ONE_SHOT = "one_shot"


@dataclass(frozen=True)
class Instrument:
    """One sound of a corner: its file name part and how the small screens write it."""

    name: str
    display: str  # at most 8 characters
    abbreviation: str  # 2 characters


@dataclass(frozen=True)
class Loop:
    """Loop points shared by all cells of a pack at one pitch, a whole number of periods."""

    start_frame: int
    length_frames: int

    @property
    def end_frame(self) -> int:
        """First frame after the loop; a looped note stores exactly this many frames."""
        return self.start_frame + self.length_frames


@dataclass(frozen=True)
class NoteInfo:
    """One note of a cell.

    Playback law, at the unwrapped source frame u >= 0 (device.pack.unroll is its code):
    one_shot: sample[u] * gain, silence from `frames` on.
    loop: sample[u or its wrapped frame] * gain * 10 ** (decay_db_per_s * seconds / 20), where
    seconds = max(0, u - the loop's start frame) / rate: the loop region is stored flattened.
    """

    pitch: int  # MIDI note number
    frames: int  # stored frames; for loops = loop.end_frame
    gain: float  # linear factor from int16 full scale to output full scale, 0 < gain <= 8
    mode: PlayMode
    decay_db_per_s: float  # <= 0; 0 for one-shots
    loudness_lufs: float  # max momentary (400 ms) loudness


@dataclass(frozen=True)
class Recipe:
    """What a cell was made from: (source id, weight) of the active corners only, sorted by id."""

    sources: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Combination:
    """One choice of an instrument per corner, and the grid of cells that it plays."""

    instruments: tuple[int, int, int, int]  # index into Manifest.corners, in order of CORNERS
    cells: tuple[tuple[str, ...], ...]  # [row][column] -> cell hash


@dataclass(frozen=True)
class Credit:
    """Where a source sound comes from and on what terms."""

    sound: str
    source: str
    licence: str


@dataclass(frozen=True)
class Manifest:
    """The whole of manifest.json."""

    pack_id: str  # UUID
    name: str
    author: str
    licence: str
    credits: tuple[Credit, ...]
    sample_rate_hz: int
    pitches: tuple[int, ...]  # ascending MIDI note numbers
    columns: int
    rows: int
    weight_law: str  # a key of corners.WEIGHT_LAWS
    renderer_name: str
    renderer_version: str
    corners: tuple[tuple[Instrument, ...], ...]  # four tuples in order of CORNERS
    combinations: tuple[Combination, ...]
    loops: dict[int, Loop]  # pitch -> loop; empty for a pack of one-shots
    loudness_lufs: float  # the target of levelling
    peak_dbfs: float  # the highest peak allowed
    min_player: str = "0.1.0"
    preview: str | None = None  # path of an audio file inside the pack
