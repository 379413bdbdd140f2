"""Where a build keeps what it has finished, so that the next one goes on from there.

Every rendered note is one file, named by the hash of all that it depends on (its recipe) and
beginning with the checksum of its own bytes. Files are put in place by renaming, so a kill leaves
whole ones only; what a power cut damages the checksum finds, so notes are not synced one by one.

    notes/ab/ab12….note   magic, BLAKE2b-128 of the rest, length of the JSON, JSON, head, FLAC
    sources/<id>.f64      prepared source notes, float64, remade by every run
    generated/            of renderers that work in batches (audio_pipeline.nsynth.job)
    status.json           what the build is at (audio_pipeline.status)
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import secrets
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import storage_error
from audio_pipeline.status import STATUS_NAME
from device.pack.cell import EncodedNote
from device.pack.model import NoteInfo, PlayMode

_MAGIC = b"LPADNOT1"
_LENGTHS = struct.Struct("<II")  # JSON, head; the rest is FLAC
_DIGEST_BYTES = 16
_OWN_FOLDERS = ("notes", "sources", "generated")


@dataclass(frozen=True)
class Workspace:
    """The folder of a build. Methods raise StorageError where writing fails."""

    folder: Path

    def has_note(self, key: str) -> bool:
        """Whether the note is there, whole."""
        return self.note(key) is not None

    def note(self, key: str) -> EncodedNote | None:
        """A finished note, or None if it is missing or damaged."""
        try:
            return _unpacked(self._note_path(key).read_bytes())
        except OSError:
            return None

    def keep_note(self, key: str, note: EncodedNote) -> None:
        """Store a finished note under the hash of its recipe."""
        self._write(self._note_path(key), _packed(note))

    def source(self, source_id: str) -> NDArray[np.float64]:
        """Samples of a prepared source note [frames]."""
        return np.fromfile(self._source_path(source_id), "<f8")

    def keep_source(self, source_id: str, samples: NDArray[np.float64]) -> None:
        """Store the samples of a prepared source note."""
        path = self._source_path(source_id)
        if not path.is_file() or path.stat().st_size != 8 * len(samples):
            self._write(path, np.ascontiguousarray(samples, "<f8").tobytes())

    def sweep(self) -> None:
        """Delete unfinished files of processes that are no more; called before a build."""
        own = itertools.chain.from_iterable(
            self.folder.glob(pattern) for pattern in ("*/**/.*.tmp", f".{STATUS_NAME}.*.tmp")
        )
        for path in own:
            if not _is_running(int(path.name.split(".")[-3])):
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete what this class has written, and the folder if nothing else is in it."""
        for name in _OWN_FOLDERS:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        with contextlib.suppress(OSError):
            (self.folder / STATUS_NAME).unlink(missing_ok=True)
            self.folder.rmdir()

    def _note_path(self, key: str) -> Path:
        return self.folder / "notes" / key[:2] / f"{key}.note"

    def _source_path(self, source_id: str) -> Path:
        return self.folder / "sources" / f"{source_id}.f64"

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(data)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise storage_error(error, path) from error


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is someone else's
    return True


def _packed(note: EncodedNote) -> bytes:
    document = json.dumps(vars(note.info), allow_nan=False).encode()
    body = _LENGTHS.pack(len(document), len(note.head)) + document + note.head + note.flac
    return _MAGIC + hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest() + body


def _unpacked(data: bytes) -> EncodedNote | None:
    begin = len(_MAGIC) + _DIGEST_BYTES
    body = memoryview(data)[begin:]
    digest = hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()
    if data[:begin] != _MAGIC + digest:
        return None
    document_bytes, head_bytes = _LENGTHS.unpack_from(body)
    document_end = _LENGTHS.size + document_bytes
    values = json.loads(bytes(body[_LENGTHS.size : document_end]))
    info = NoteInfo(**{**values, "mode": PlayMode(values["mode"])})
    head_end = document_end + head_bytes
    return EncodedNote(info, bytes(body[document_end:head_end]), bytes(body[head_end:]))
