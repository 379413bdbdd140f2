"""Where a pack comes to be: absent or the old one until the new one is whole, one build at a time.

Cells are written into a hidden folder beside the target, which is renamed (or archived) into its
place at the end. Over an old pack in a folder the cells go into that folder, and its manifest is
replaced last; then the cells that nobody names any more are removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audio_pipeline.errors import BusyError, TargetError, storage_error
from device.pack.members import MANIFEST_NAME, cell_member, cell_names
from device.pack.model import FORMAT_NAME, Manifest
from device.pack.writer import archive, write_manifest

if sys.platform != "win32":
    import fcntl

ARCHIVE_SUFFIX = ".onsp"


@dataclass(frozen=True)
class Target:
    """A pack that is being written: `cell_folder` takes the cells until `commit`."""

    path: Path
    cell_folder: Path

    def commit(self, manifest: Manifest) -> None:
        """Make the pack whole and put it in its place. Raises StorageError, PackWriteError."""
        write_manifest(self.cell_folder, manifest)
        _prune(self.cell_folder, manifest)
        try:
            if self.path.suffix == ARCHIVE_SUFFIX:
                archive(self.cell_folder, self.path)
                shutil.rmtree(self.cell_folder)
            elif self.cell_folder != self.path:
                self.cell_folder.rename(self.path)
        except OSError as error:
            raise storage_error(error, self.path) from error


@contextlib.contextmanager
def open_target(path: Path) -> Iterator[Target]:
    """The target of one build, locked; without a commit, what was written is removed again.

    Raises TargetError for a place that holds something else, BusyError when another build writes
    the same pack, StorageError.
    """
    _check(path)
    with _locked(path):
        in_place = path.suffix != ARCHIVE_SUFFIX and (path / MANIFEST_NAME).is_file()
        folder = path if in_place else beside(path, "new")
        try:
            folder.mkdir(exist_ok=True)
            yield Target(path, folder)
        finally:
            if not in_place:
                shutil.rmtree(folder, ignore_errors=True)


def beside(path: Path, kind: str) -> Path:
    """A hidden neighbour of the pack at `path`."""
    return path.with_name(f".{path.name}.{kind}")


def _check(path: Path) -> None:
    if path.suffix == ARCHIVE_SUFFIX and path.is_dir():
        raise TargetError(f"{path} is a folder; a pack ending in {ARCHIVE_SUFFIX} is one file")
    if path.suffix != ARCHIVE_SUFFIX and path.exists():
        if not path.is_dir():
            raise TargetError(
                f"{path} is a file; a pack is a folder, or a file ending in {ARCHIVE_SUFFIX}"
            )
        if any(path.iterdir()) and not _is_pack(path):
            raise TargetError(f"{path} holds files that are not a sound pack; choose another place")


def _is_pack(path: Path) -> bool:
    try:
        text = (path / MANIFEST_NAME).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return f'"{FORMAT_NAME}"' in text[:4096]


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside `path`; it goes away with the process, however that ends."""
    lock = beside(path, "lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _open_lock(lock)
    except BlockingIOError as error:
        raise BusyError(f"{path} is being written by another build; wait until it ends") from error
    except OSError as error:
        raise storage_error(error, lock) from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def _open_lock(lock: Path) -> int:
    """A descriptor that holds the lock of the file that is at this path now."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform != "win32":
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), lock.stat()):
                    return descriptor  # else: its owner has just removed it
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _prune(folder: Path, manifest: Manifest) -> None:
    """Remove cells that the manifest does not name: earlier builds' or a killed one's."""
    named = {cell_member(name) for name in cell_names(manifest)}
    for path in (folder / "cells").iterdir():
        if path.suffix == ".cell" and f"cells/{path.name}" not in named:
            path.unlink(missing_ok=True)
