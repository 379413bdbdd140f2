"""The few file operations that change a card, each of them durable or explained when it fails.

Linux writes a FAT directory out at fsync as it does for other file systems, but FAT has no journal:
only the order of these calls, and never writing over what is in use, keep a pack whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from device.pack import PackError, PackWriteError
from device.pack.atomic import kept_until_safe, sync_directory, sync_renamed

if sys.platform != "win32":
    import fcntl

__all__ = [
    "create", "delete", "fill", "make_directory", "put", "rename", "sync_directory", "sync_many",
    "writing",
]  # fmt: skip

_syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None) if os.name != "nt" else None
_F_FULLFSYNC = "F_FULLFSYNC"  # macOS: fsync alone leaves data in the cache of the card


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says into PackWriteError with the file's name."""
    try:
        yield
    except PackError:  # some of them are an OSError too
        raise
    except OSError as error:
        raise PackWriteError(path, f"cannot be written: {error.strerror or error}") from error


def create(path: Path, chunks: Iterable[bytes]) -> None:
    """As `fill`, and its content is durable; its name is so once the directory is synchronised."""
    fill(path, chunks, is_durable=True)


def fill(path: Path, chunks: Iterable[bytes], *, is_durable: bool = False) -> None:
    """A new file in the place of any old one of this name.

    The old one is taken away first and never changed: somebody may have it mapped. What `chunks`
    raises goes on to the caller, and nothing is left at `path` then. Raises PackWriteError.
    """
    delete(path)
    try:
        with writing(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                for chunk in chunks:
                    _write_all(descriptor, chunk)
                if is_durable:
                    _sync_file(descriptor)
            finally:
                os.close(descriptor)
    except BaseException:
        with contextlib.suppress(PackWriteError):
            delete(path)
        raise


def _write_all(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_file(descriptor: int) -> None:
    if sys.platform != "win32" and hasattr(fcntl, _F_FULLFSYNC):
        fcntl.fcntl(descriptor, getattr(fcntl, _F_FULLFSYNC))
    else:
        os.fsync(descriptor)


def sync_many(paths: Iterable[Path], root: Path) -> None:
    """Make files below `root` and the names of all directories up to it durable.

    In one go where the system can: a card takes milliseconds to confirm, however little it is.
    """
    with writing(root):
        if _syncfs is not None:
            _sync_file_system(root)
            return
        directories = {root}
        for path in paths:
            directories.update(above for above in path.parents if root in above.parents)
            with path.open("rb") as file:
                _sync_file(file.fileno())
        for directory in sorted(directories):
            sync_directory(directory)


def _sync_file_system(directory: Path) -> None:
    """Linux from 5.8 on reports here what could not be written; other systems lack the call."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        if _syncfs is not None and _syncfs(descriptor):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
    finally:
        os.close(descriptor)


def put(path: Path, hidden: Path, chunks: Iterable[bytes]) -> None:
    """Write a file under a hidden name beside its place, then put it there. Raises as `create`."""
    create(hidden, chunks)
    rename(hidden, path)


def rename(old: Path, new: Path) -> None:
    """Give a file of which the content is durable another name, durably."""
    with writing(new), kept_until_safe(new):
        os.replace(old, new)  # noqa: PTH105 (one place for all that changes names)
        sync_renamed(new)
        if old.parent != new.parent:
            sync_directory(old.parent)


def make_directory(path: Path) -> None:
    """A directory and those above it, durable if they are new."""
    with writing(path):
        if not path.is_dir():
            make_directory(path.parent)
            path.mkdir(exist_ok=True)
            sync_directory(path.parent)


def delete(path: Path) -> None:
    """A file that may be missing. Durable when its directory is synchronised."""
    with writing(path):
        path.unlink(missing_ok=True)


def remove_if_empty(path: Path) -> None:
    """A directory; one that has something in it stays."""
    with contextlib.suppress(OSError):
        path.rmdir()
