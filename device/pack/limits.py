"""The largest and smallest of everything that a pack may hold: the one owner of these ranges.

They are far outside what an honest pack needs and small enough that a hostile one cannot take the
memory of a small computer. manifest.schema.json repeats some of them; a test compares the two.
"""

from __future__ import annotations

RATE_HZ = (8_000, 192_000)
PITCH = (0, 127)
NOTES = (1, 128)
GRID = (2, 64)  # two cells are needed to have a left and a right
INSTRUMENTS = (1, 64)  # per corner
COMBINATIONS = (1, 4096)
CREDITS = (0, 4096)
LOUDNESS_LUFS = (-120.0, 30.0)
TARGET_LUFS = (-60.0, 0.0)
PEAK_DBFS = (-40.0, 0.0)
GAIN = (1e-6, 8.0)
DECAY_DB_PER_S = (-1000.0, 0.0)
SOURCES = (1, 4)
WEIGHT = (1e-9, 1.0)
WEIGHT_SUM_TOLERANCE = 1e-6

TEXT_CHARACTERS = 200
LONG_TEXT_CHARACTERS = 2000
DISPLAY_CHARACTERS = 8
ABBREVIATION_CHARACTERS = 2

HEAD_S = 0.1
NOTE_S = 60  # longest note
CELL_BYTES = 2**31 - 1  # FAT32 could hold twice that; 32-bit players could not map it
MANIFEST_BYTES = 16 * 2**20
CELL_HEADER_BYTES = 256 * 2**10
JSON_CONTAINERS = 200_000  # objects and lists in one document
JSON_SEPARATORS = 1_000_000  # commas in one document
ARCHIVE_ENTRIES = 400_000
ARCHIVE_DIRECTORY_BYTES = 64 * 2**20


def max_frames(rate_hz: int) -> int:
    """Most frames of a note, or of a loop with what comes before it."""
    return NOTE_S * rate_hz


def head_frames(rate_hz: int) -> int:
    """Frames of the raw beginning that is stored of every note: 100 ms."""
    return round(HEAD_S * rate_hz)
