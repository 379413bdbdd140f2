"""The sound pack: the one format that the tools write, the card holds and the instrument plays."""

from device.pack.cell import (
    EncodedNote,
    NoteAudio,
    cell_name,
    encode_cell,
    encode_note,
)
from device.pack.cell_header import parse_header
from device.pack.cell_table import CellHeader, Codec
from device.pack.corners import CORNERS, WEIGHT_LAWS, Corner, cell_position
from device.pack.errors import (
    PackDamagedError,
    PackError,
    PackInvalidError,
    PackNotFoundError,
    PackTooNewError,
    PackUnsafeError,
    PackWriteError,
)
from device.pack.manifest import manifest_from_json, manifest_to_json
from device.pack.model import (
    Combination,
    Credit,
    Instrument,
    Loop,
    Manifest,
    NoteInfo,
    PlayMode,
    Recipe,
)
from device.pack.reader import Cell, Pack, open_pack
from device.pack.unroll import unroll
from device.pack.verify import VerifyReport, verify_pack
from device.pack.writer import archive, write_cell, write_manifest

__all__ = [
    "CORNERS",
    "WEIGHT_LAWS",
    "Cell",
    "CellHeader",
    "Codec",
    "Combination",
    "Corner",
    "Credit",
    "EncodedNote",
    "Instrument",
    "Loop",
    "Manifest",
    "NoteAudio",
    "NoteInfo",
    "Pack",
    "PackDamagedError",
    "PackError",
    "PackInvalidError",
    "PackNotFoundError",
    "PackTooNewError",
    "PackUnsafeError",
    "PackWriteError",
    "PlayMode",
    "Recipe",
    "VerifyReport",
    "archive",
    "cell_name",
    "cell_position",
    "encode_cell",
    "encode_note",
    "manifest_from_json",
    "manifest_to_json",
    "open_pack",
    "parse_header",
    "unroll",
    "verify_pack",
    "write_cell",
    "write_manifest",
]
