"""Generated notes in files: a shard each, named by the hash of its notes' keys.

    magic, length of the JSON, JSON {keys, samples, checks}, its BLAKE2b-128, codes

The codes are mu-law classes, one byte per sample, note after note; `checks` has the BLAKE2b-64 of
each note's.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.nsynth.job.files import put

_MAGIC = b"LPADGEN1"
_LENGTH = struct.Struct("<I")
_DIGEST_BYTES, _CHECK_BYTES = 16, 8
_SUFFIX = ".shard"

Codes = NDArray[np.uint8]  # mu-law classes [notes, samples] or [samples]


@dataclass(frozen=True)
class Header:
    """What is in a shard's file, and where its codes begin."""

    keys: tuple[str, ...]
    samples: int
    checks: tuple[str, ...]
    begin: int


@dataclass(frozen=True)
class Store:
    """The folder of finished shards."""

    folder: Path

    def has(self, name: str) -> bool:
        """Whether a shard is finished."""
        return self._path(name).is_file()

    def keep(self, name: str, keys: Sequence[str], codes: Codes) -> None:
        """Store a finished shard durably. Raises StorageError."""
        checks = [_digest(row.tobytes(), _CHECK_BYTES).hex() for row in codes]
        about = {"keys": list(keys), "samples": codes.shape[1], "checks": checks}
        text = json.dumps(about).encode()

        def write(file: BinaryIO) -> None:
            file.write(_MAGIC + _LENGTH.pack(len(text)) + text + _digest(text, _DIGEST_BYTES))
            file.write(np.ascontiguousarray(codes).data)

        put(self._path(name), write, durable=True)

    def remove_damaged(self) -> int:
        """Read all shards and delete those that are damaged; how many there were."""
        count = 0
        for path in self._files():
            header = _header(path)
            rows = range(len(header.keys)) if header else ()
            if header is None or any(note_codes(path, header, row) is None for row in rows):
                path.unlink(missing_ok=True)
                count += 1
        return count

    def notes(self) -> dict[str, tuple[Path, Header, int]]:
        """Every note by key: file and row. Only the files' beginnings are read."""
        found = {}
        for path in self._files():
            header = _header(path)
            for row, key in enumerate(header.keys if header else ()):
                assert header is not None
                found[key] = path, header, row
        return found

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SUFFIX}"))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"


def note_codes(path: Path, header: Header, row: int) -> Codes | None:
    """The codes [samples] of one note, or None if they are damaged."""
    try:
        with path.open("rb") as file:
            file.seek(header.begin + row * header.samples)
            data = file.read(header.samples)
    except OSError:
        return None
    if len(data) != header.samples or _digest(data, _CHECK_BYTES).hex() != header.checks[row]:
        return None
    return np.frombuffer(data, np.uint8)


def _header(path: Path) -> Header | None:
    try:
        with path.open("rb") as file:
            fixed = file.read(len(_MAGIC) + _LENGTH.size)
            (length,) = _LENGTH.unpack(fixed[len(_MAGIC) :])
            text, digest = file.read(length), file.read(_DIGEST_BYTES)
    except (OSError, struct.error):
        return None
    if fixed[: len(_MAGIC)] != _MAGIC or _digest(text, _DIGEST_BYTES) != digest:
        return None
    about = json.loads(text)
    begin = len(fixed) + length + _DIGEST_BYTES
    return Header(tuple(about["keys"]), about["samples"], tuple(about["checks"]), begin)


def _digest(data: bytes, size: int) -> bytes:
    return hashlib.blake2b(data, digest_size=size).digest()
