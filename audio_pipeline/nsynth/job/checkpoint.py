"""What a worker has finished of a shard, frame by frame, so that the next one goes on from there.

    <shard>.<claim>.part: records of (first row, rows, frame, BLAKE2b-64 of the codes), codes

Records are appended. A kill leaves at most the last one torn, which its checksum finds. Every
claim has a file of its own: a worker that is taken for dead and is not disturbs nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import storage_error
from audio_pipeline.nsynth.job.store import Codes

_HEAD = struct.Struct("<III8s")


@dataclass(frozen=True)
class Progress:
    """The codes so far."""

    codes: Codes  # [notes, samples]; 0 where there are none yet
    frames_done: NDArray[np.int32]  # [notes]


@dataclass(frozen=True)
class Checkpoint:
    """The unfinished frames of one shard under one claim."""

    folder: Path
    shard: str
    claim: int
    notes: int
    frames: int
    hop: int

    def inherit(self) -> Progress:
        """Make the best of earlier claims' frames this claim's own."""
        best = max(map(self._whole_part, self._paths()), key=len, default=b"")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._own().write_bytes(best)
        except OSError as error:
            raise storage_error(error, self._own()) from error
        return self._progress(best)

    def append(self, first: int, frame: int, codes: Codes) -> None:
        """Keep one frame's codes [rows, hop] of the rows from `first` on. Raises StorageError."""
        data = codes.tobytes()
        try:
            with self._own().open("ab") as file:
                file.write(_HEAD.pack(first, len(codes), frame, _check(data)) + data)
        except OSError as error:
            raise storage_error(error, self._own()) from error

    def remove(self) -> None:
        """Delete the frames of all claims: the shard is finished."""
        for path in self._paths():
            with contextlib.suppress(OSError):
                path.unlink()

    def _progress(self, data: bytes) -> Progress:
        codes = np.zeros((self.notes, self.frames * self.hop), np.uint8)
        done = np.zeros(self.notes, np.int32)
        for first, rows, frame, _, payload in self._records(data):
            span = slice(frame * self.hop, (frame + 1) * self.hop)
            codes[first : first + rows, span] = np.frombuffer(payload, np.uint8).reshape(rows, -1)
            done[first : first + rows] = frame + 1
        return Progress(codes, done)

    def _whole_part(self, path: Path) -> bytes:
        """The records of a file up to the first that is torn, or not of this shard."""
        try:
            data = path.read_bytes()
        except OSError:
            return b""
        end = max((stop for *_, stop, _ in self._records(data)), default=0)
        return data[:end]

    def _records(self, data: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
        """(first row, rows, frame, end of the record, codes) of all whole records."""
        begin = 0
        while begin + _HEAD.size <= len(data):
            first, rows, frame, check = _HEAD.unpack_from(data, begin)
            end = begin + _HEAD.size + rows * self.hop
            payload = data[begin + _HEAD.size : end]
            fits = first + rows <= self.notes and frame < self.frames and end <= len(data)
            if not fits or _check(payload) != check:
                return
            yield first, rows, frame, end, payload
            begin = end

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"{self.shard}.*.part"))

    def _own(self) -> Path:
        return self.folder / f"{self.shard}.{self.claim}.part"


def _check(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).digest()
