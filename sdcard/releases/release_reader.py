"""Reads a release file in one go, as it may come through a pipe, and believes nothing of it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from sdcard.releases import entries
from sdcard.releases.errors import ReleaseDamagedError, ReleaseWriteError
from sdcard.releases.manifest import NAME, manifest_bytes, parse_manifest
from sdcard.releases.model import ReleaseFile
from sdcard.releases.xz_stream import XzStream

_CHUNK_BYTES = 1 << 20
_FOLDER_MODE = 0o755


class ReleaseReader:
    """One release: its manifest first, then all of its files once."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        """`name` is what errors call the file. Raises the errors of a bad release file."""
        self._stream, self.name = XzStream(source, name), name
        size = entries.manifest_size(self._stream.read(entries.BLOCK_BYTES), name)
        document = self._stream.read(size)
        self.manifest = parse_manifest(document, name)
        if document != manifest_bytes(self.manifest):
            raise ReleaseDamagedError(f"{name}: its manifest is not written as a release's is")
        self._skip_padding(size)

    def unpack(self, folder: Path, on_bytes: Callable[[int], None]) -> None:
        """Write all files into a new folder, and the manifest beside them; nothing is synced.

        `on_bytes` is told of bytes that were checked. Raises ReleaseDamagedError (also for a file
        that goes on after its end) and ReleaseWriteError; what was written stays then.
        """
        made = {folder.parent}
        for file in self.manifest.files:
            path = folder / file.path
            if self._stream.read(entries.BLOCK_BYTES) != entries.header(file):
                raise ReleaseDamagedError(f"{self.name}: {file.path}: its header is another's")
            with _writing(path):
                _make_folders(path.parent, made)
                self._unpack_file(file, path, on_bytes)
        with _writing(folder / NAME), (folder / NAME).open("xb") as document:
            document.write(manifest_bytes(self.manifest))
        if self._stream.read(len(entries.END)) != entries.END:
            raise ReleaseDamagedError(f"{self.name}: has more files than its manifest")
        self._stream.check_end()

    def _unpack_file(self, file: ReleaseFile, path: Path, on_bytes: Callable[[int], None]) -> None:
        if file.link is not None:
            path.symlink_to(file.link)
            return
        digest = hashlib.sha256()
        with path.open("xb") as target:
            left = file.size
            while left:
                chunk = self._stream.read(min(left, _CHUNK_BYTES))
                digest.update(chunk)
                target.write(chunk)
                left -= len(chunk)
        path.chmod(entries.mode_of(file))
        self._skip_padding(file.size)
        if digest.hexdigest() != file.sha256:
            raise ReleaseDamagedError(
                f"{self.name}: {file.path}: its SHA-256 is {digest.hexdigest()}, not {file.sha256}"
            )
        on_bytes(file.size)

    def _skip_padding(self, size: int) -> None:
        if any(self._stream.read(entries.padding(size))):
            raise ReleaseDamagedError(f"{self.name}: has bytes where there should be none")


def _make_folders(folder: Path, made: set[Path]) -> None:
    """Those that are missing, whatever this process's umask."""
    if folder not in made:
        _make_folders(folder.parent, made)
        folder.mkdir()
        folder.chmod(_FOLDER_MODE)
        made.add(folder)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, ReleaseWriteError):
            raise
        raise ReleaseWriteError(f"{path}: cannot be written: {error.strerror or error}") from error
