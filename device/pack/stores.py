"""Where the files of a pack are: in a directory, or in one archive. Both are read the same way."""

from __future__ import annotations

import contextlib
import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device.pack import limits, zip_index
from device.pack.errors import PackDamagedError, PackNotFoundError, PackUnsafeError
from device.pack.files import open_regular, read_at
from device.pack.members import MANIFEST_NAME, shared_member


@dataclass(frozen=True)
class Extent:
    """A stretch of an open file. Whoever gets one with `is_owned` closes the descriptor."""

    descriptor: int
    offset: int
    size: int
    is_owned: bool
    path: Path  # named in errors

    def read(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` on, counted from the start of the stretch."""
        return read_at(self.descriptor, self.offset + offset, size, self.path)

    def close(self) -> None:
        """Close the descriptor if it is ours."""
        if self.is_owned:
            os.close(self.descriptor)


class Store(Protocol):
    """The files of one pack."""

    def open(self, member: str) -> Extent:
        """The bytes of a member; raises PackNotFoundError, PackUnsafeError or PackDamagedError."""

    def close(self) -> None:
        """Free what is open; may be called twice."""


class DirectoryStore:
    """A pack as a directory. Links inside it are refused: they could lead out of the pack.

    A cell that the pack does not have itself may lie among those that the packs beside it share:
    a name of a cell tells its bytes, so it does not matter whose cell it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, member: str) -> Extent:
        """The whole file at a path that is known to be plain."""
        try:
            return _open_below(self._path, member)
        except PackNotFoundError:
            shared = shared_member(member)
            if shared is not None:
                with contextlib.suppress(PackNotFoundError):
                    return _open_below(self._path.resolve().parent, shared)
            raise

    def close(self) -> None:
        """Nothing is kept open."""


def _open_below(root: Path, member: str) -> Extent:
    for end, character in enumerate(member):
        if character == "/":
            _check_directory(root / member[:end])
    path = root / member
    descriptor, size = open_regular(path)
    return Extent(descriptor, 0, size, True, path)


def _check_directory(directory: Path) -> None:
    try:
        mode = directory.lstat().st_mode
    except OSError:
        raise PackNotFoundError(directory, "is not there") from None
    if not stat.S_ISDIR(mode):
        raise PackUnsafeError(directory, "is not a plain directory")


class ArchiveStore:
    """A pack as one .onsp file: a ZIP whose entries lie in it as they are, uncompressed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor, size = open_regular(path, follow=True)
        self._is_open = True
        try:
            self._index = zip_index.read_index(self._descriptor, size, path)
        except BaseException:
            self.close()
            raise

    def open(self, member: str) -> Extent:
        """The stretch of the archive that holds a member."""
        path = self._path / member
        entry = self._index.get(member)
        if entry is None:
            raise PackNotFoundError(path, "is not in the archive")
        offset = zip_index.data_offset(self._descriptor, entry, path)
        return Extent(self._descriptor, offset, entry.size, False, path)

    def check_crc(self, member: str, data: bytes) -> None:
        """Raise PackDamagedError if the archive remembers another CRC-32 for these bytes."""
        if zlib.crc32(data) != self._index[member].crc:
            raise PackDamagedError(self._path / member, "CRC-32 does not fit its bytes")

    def close(self) -> None:
        """Close the archive; what is mapped of it stays mapped."""
        if self._is_open:
            self._is_open = False
            os.close(self._descriptor)


def open_store(path: Path) -> Store:
    """The store at a path that the user gave."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise PackNotFoundError(path, f"no sound pack here: {error}") from None
    return DirectoryStore(path) if stat.S_ISDIR(mode) else ArchiveStore(path)


def read_member(store: Store, member: str, most_bytes: int) -> bytes:
    """All bytes of a small member; raises PackUnsafeError if it is not small."""
    extent = store.open(member)
    try:
        if extent.size > most_bytes:
            raise PackUnsafeError(
                extent.path, f"{extent.size} bytes; at most {most_bytes} are allowed"
            )
        data = extent.read(0, extent.size)
    finally:
        extent.close()
    if isinstance(store, ArchiveStore):
        store.check_crc(member, data)
    return data


def read_manifest_bytes(store: Store) -> bytes:
    """The bytes of manifest.json."""
    return read_member(store, MANIFEST_NAME, limits.MANIFEST_BYTES)
