"""Writes a file so that a power cut leaves the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
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
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_renamed(path)
    except PackError:  # some of them are an OSError too
        raise
    except OSError as error:
        raise PackWriteError(path, f"cannot be written: {error.strerror or error}") from error


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
