"""Writes a file so that a power cut leaves the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from device.pack.errors import PackError, PackWriteError


def write_atomic(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a new file beside `path`, then put it in the place of `path`.

    Several processes may do so at once: the last to finish wins. Raises PackWriteError, and
    whatever `write` raises; the temporary file is removed then.
    """
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            with kept_until_safe(path):
                temporary.replace(path)
                sync_renamed(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except PackError:  # some of them are an OSError too
        raise
    except OSError as error:
        raise PackWriteError(path, f"cannot be written: {error.strerror or error}") from error


@contextlib.contextmanager
def kept_until_safe(path: Path) -> Iterator[None]:
    """Around a rename to `path` and what makes it durable: the old file keeps its place till then.

    FAT gives the place of a file away as soon as another has its name, and that may be safe on the
    medium before the name is: a power cut would leave an empty file. An open file keeps its place.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            if os.name != "nt":  # which would not let it be replaced then
                stack.callback(os.close, os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        yield


def sync_renamed(path: Path) -> None:
    """Make the new name of a file durable; Windows cannot and does not need to.

    FAT keeps a file's length and place beside its name, and Linux writes them to the new name when
    it writes the file, not when it writes the directory: until then the name is that of an empty
    file, or of the old one whose place is given away. So the file comes first.
    """
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable; Windows cannot and does not need to."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
