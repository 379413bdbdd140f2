"""Reads and changes a FAT volume in a file by mtools, without mounting it."""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sdcard.image.changes import Change, Delete, MakeDirectory, PutFile, Symlink
from sdcard.image.errors import BaseFileMissingError, ChangeRefusedError, ProgramFailedError
from sdcard.image.programs import run

NOT_IN_NAMES = re.compile(r'[\x00-\x1f"*:<>?|\\\[\]]|[ .](/|$)')  # of FAT, and mtools' patterns
FILES_AT_ONCE = 200


class FatImage:
    """One volume: a BaseFiles too. All that is written gets the time `time_s`."""

    def __init__(self, volume: Path, time_s: int) -> None:
        self.volume, self._time_s = volume.resolve(), time_s

    def read(self, path: str) -> bytes:
        """Content of a file; raises BaseFileMissingError."""
        try:
            return self._run("mcopy", _inside(path), "-")
        except ProgramFailedError as error:
            raise BaseFileMissingError(f"{path}: no such file in {self.volume.name}") from error

    def exists(self, path: str) -> bool:
        """Whether there is a file or a directory."""
        try:
            self._run("mdir", "-b", _inside(path))
        except ProgramFailedError:
            return False
        return True

    def edit(self, changes: Iterable[Change]) -> None:
        """Make changes; raises ChangeRefusedError, ProgramFailedError."""
        for change in changes:
            match change:
                case PutFile():
                    self._put(change)
                case MakeDirectory():
                    self._make_directory(change.path)
                case Delete():
                    if self.exists(change.path):
                        self._run("mdeltree", _inside(change.path))
                case Symlink():
                    raise ChangeRefusedError(f"{change.path}: FAT has no symbolic links")

    def _put(self, change: PutFile) -> None:
        self._make_directory(posixpath.dirname(change.path))
        if isinstance(change.data, Path):
            self._run("mcopy", "-o", change.data.resolve(), _inside(change.path))
            return
        with tempfile.NamedTemporaryFile() as file:
            file.write(change.data)
            file.flush()
            self._run("mcopy", "-o", file.name, _inside(change.path))

    def _make_directory(self, path: str) -> None:
        if path not in ("", "/") and not self.exists(path):
            self._make_directory(posixpath.dirname(path))
            self._run("mmd", _inside(path))

    def copy_tree(self, folder: Path) -> None:
        """Copy all that is in a folder, in the order of names; raises as `edit`."""
        for path in sorted(path for path in folder.rglob("*") if path.is_dir()):
            self._run("mmd", _inside(f"/{path.relative_to(folder).as_posix()}"))
        for below in [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]:
            files = sorted(path for path in below.iterdir() if path.is_file())
            target = _inside(f"/{below.relative_to(folder).as_posix()}/".replace("/./", "/"))
            for first in range(0, len(files), FILES_AT_ONCE):
                self._run("mcopy", *files[first : first + FILES_AT_ONCE], target)

    def check(self) -> None:
        """Raise ProgramFailedError if anything is wrong with the volume."""
        run("fsck.fat", "-n", self.volume)

    def repair(self) -> None:
        """Put right what needs no decision; raises ProgramFailedError for the rest."""
        run("fsck.fat", "-a", self.volume, good=(0, 1))

    def _run(self, program: str, *arguments: str | Path) -> bytes:
        output, _ = run(program, "-i", self.volume, *arguments, time_s=self._time_s)
        return output


def _inside(path: str) -> str:
    """A path as mtools takes it; raises ChangeRefusedError for names that FAT cannot have."""
    if NOT_IN_NAMES.search(path):
        raise ChangeRefusedError(f"{path!r}: FAT cannot have this name")
    return f"::/{path.lstrip('/')}"
