"""A file and its previous copy: a power cut at any moment leaves at least one of them whole.

`replace` first copies what the file holds to the previous copy, then puts the new content in its
place; each of the two steps is atomic. Reading never writes, so it works on a read-only card.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from device.errors import PatchError, PatchWriteError
from device.pack.atomic import write_atomic
from device.pack.errors import PackWriteError
from device.patches.codec import MOST_BYTES


class KeptFile:
    """`path`, its previous copy `path.previous`, and `path.aside-N` of what was not readable."""

    def __init__(self, path: Path, check: Callable[[bytes, str], object]) -> None:
        """`check` raises PatchError for content that is not whole; the name is for its message."""
        self.path, self._check = path, check
        self.previous = path.with_name(f"{path.name}.previous")

    def read(self, path: Path) -> bytes | None:
        """What one of the two files holds, None if it is not there.

        One that is too long is cut off, which no check lets pass. Raises PatchError if it cannot be
        read.
        """
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PatchError(f"{path}: cannot be read: {error.strerror or error}") from error
        return data

    def replace(self, data: bytes) -> list[Path]:
        """Put new content in the place of the old; gives the files that were set aside for it.

        Raises PatchWriteError naming the file and the cause; then the old content is still there.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            aside: list[Path] = []
            self._sweep()
            current = self._whole(self.path, aside)
            if current == data:
                return aside
            if current is not None and self._whole(self.previous, aside) != current:
                _write(self.previous, current)
            _write(self.path, data)
            return aside
        except PackWriteError as error:
            raise PatchWriteError(str(error)) from error
        except OSError as error:
            cause = error.strerror or error
            raise PatchWriteError(f"{self.path}: cannot be written: {cause}") from error

    def _sweep(self) -> None:
        """Take away what power cuts left half written; nobody else writes these files."""
        for path in self.path.parent.glob(f".{self.path.name}*.tmp"):
            path.unlink(missing_ok=True)

    def _whole(self, path: Path, aside: list[Path]) -> bytes | None:
        """The content of a file; one that is not whole is renamed, never overwritten."""
        try:
            data = self.read(path)
            if data is not None:
                self._check(data, str(path))
        except PatchError:
            aside.append(self._unused_name())
            path.rename(aside[-1])
            return None
        return data

    def _unused_name(self) -> Path:
        number = 1
        while os.path.lexists(name := self.path.with_name(f"{self.path.name}.aside-{number}")):
            number += 1
        return name


def _write(path: Path, data: bytes) -> None:
    def write(file: BinaryIO) -> None:
        file.write(data)

    write_atomic(path, write)
