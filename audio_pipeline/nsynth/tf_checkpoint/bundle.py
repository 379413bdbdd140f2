"""A TensorFlow checkpoint, opened by its prefix: its tensors, read one by one and verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import CheckpointError
from audio_pipeline.nsynth.tf_checkpoint.crc32c import masked_crc32c
from audio_pipeline.nsynth.tf_checkpoint.entries import DTYPES, Entry, read_entry, read_header
from audio_pipeline.nsynth.tf_checkpoint.table import read_table
from audio_pipeline.nsynth.tf_checkpoint.wire import DamageError

_LARGEST_INDEX_BYTES = 1 << 26  # a thousand times that of NSynth


@dataclass(frozen=True)
class Checkpoint:
    """The index of a checkpoint. All methods raise CheckpointError: file, tensor, what is wrong."""

    index: Path
    shards: int
    entries: Mapping[str, Entry]

    @classmethod
    def open(cls, prefix: Path) -> Checkpoint:
        """Read <prefix>.index and verify it; data files are not touched before `read`."""
        index = prefix.with_name(f"{prefix.name}.index")
        try:
            if index.stat().st_size > _LARGEST_INDEX_BYTES:
                raise CheckpointError(index, "it is too large for the index of a checkpoint")
            table = read_table(index.read_bytes())
            shards = read_header(table.pop(b"", b""))
            entries = {_name(key): _entry(key, value) for key, value in table.items()}
        except OSError as error:
            raise CheckpointError(index, f"cannot be read: {error.strerror or error}") from error
        except DamageError as error:
            raise CheckpointError(index, str(error)) from error
        return cls(index, shards, entries)

    def read(self, name: str) -> NDArray[np.generic]:
        """A tensor, its checksum compared."""
        entry = self.entries.get(name)
        if entry is None:
            raise CheckpointError(self.index, "is not in this checkpoint", name)
        path = self._checked_path(name, entry)
        data = self._data(path, name, entry)
        if masked_crc32c(data) != entry.crc:
            raise CheckpointError(path, "its checksum is wrong: the file is damaged", name)
        return np.frombuffer(data, DTYPES[entry.dtype]).reshape(entry.shape)

    def _checked_path(self, name: str, entry: Entry) -> Path:
        """The data file of a tensor that this reader can read."""
        if entry.sliced:
            raise CheckpointError(self.index, "is stored in slices, which is not supported", name)
        if entry.dtype not in DTYPES:
            reason = f"has the unknown type {entry.dtype}; known are {sorted(DTYPES)}"
            raise CheckpointError(self.index, reason, name)
        if entry.size != entry.expected_size:
            reason = f"has {entry.size} bytes, but its shape {list(entry.shape)} needs "
            raise CheckpointError(self.index, f"{reason}{entry.expected_size}", name)
        if entry.shard >= self.shards:
            reason = f"is in shard {entry.shard}, but there are only {self.shards}"
            raise CheckpointError(self.index, reason, name)
        stem = self.index.name.removesuffix(".index")
        return self.index.with_name(f"{stem}.data-{entry.shard:05d}-of-{self.shards:05d}")

    @staticmethod
    def _data(path: Path, name: str, entry: Entry) -> bytes:
        end = entry.offset + entry.size
        try:
            length = path.stat().st_size
            if end > length:
                reason = f"ends at byte {end}, but the file has only {length}: it is cut off"
                raise CheckpointError(path, reason, name)
            with path.open("rb") as file:
                file.seek(entry.offset)
                data = file.read(entry.size)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            raise CheckpointError(path, reason, name) from error
        if len(data) != entry.size:
            raise CheckpointError(path, "ended while it was read", name)
        return data


def find_prefix(place: Path) -> Path:
    """The prefix of the checkpoint at a prefix, an .index file, or alone in a folder.

    Raises CheckpointError: there is none, or a folder has several.
    """
    if not place.is_dir():
        stem = place.name.removesuffix(".index")
        if place.with_name(f"{stem}.index").is_file():
            return place.with_name(stem)
        raise CheckpointError(place, "there is no checkpoint (no such folder, nor such an .index)")
    found = sorted(path.name.removesuffix(".index") for path in place.glob("*.index"))
    if not found:
        raise CheckpointError(place, "there is no checkpoint in this folder (no .index file)")
    if len(found) > 1:
        names = ", ".join(found)
        raise CheckpointError(place, f"several checkpoints are here, name one: {names}")
    return place / found[0]


def _name(key: bytes) -> str:
    try:
        return key.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DamageError(f"the name of a tensor is not text: {key!r}") from error


def _entry(key: bytes, message: bytes) -> Entry:
    try:
        return read_entry(message)
    except DamageError as error:
        raise DamageError(f"{key.decode('utf-8', 'replace')}: {error}") from error
