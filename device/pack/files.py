"""Opens files of a pack that someone else made: regular files only, no links, no surprises."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from device.pack.errors import PackDamagedError, PackNotFoundError, PackUnsafeError

# O_NONBLOCK: opening a FIFO must not wait for a writer.
_FLAGS = os.O_RDONLY
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)  # what this system has of them


def open_regular(path: Path, *, follow: bool = False) -> tuple[int, int]:
    """(file descriptor, size in bytes) of a regular file; the caller closes the descriptor.

    `follow` allows `path` itself to be a link, for a path that the user gave.
    Raises PackNotFoundError, PackUnsafeError or PackDamagedError.
    """
    try:
        _check_kind(path.stat(follow_symlinks=follow).st_mode, path)
        descriptor = os.open(path, _FLAGS if follow else _FLAGS | _NO_FOLLOW)
    except FileNotFoundError:
        raise PackNotFoundError(path, "is not there") from None
    except OSError as error:
        raise PackDamagedError(path, f"cannot be opened: {error.strerror or error}") from None
    try:
        status = os.fstat(descriptor)  # again: it may have been replaced in between
        _check_kind(status.st_mode, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status.st_size


def _check_kind(mode: int, path: Path) -> None:
    for is_kind, kind in (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a pipe"),
    ):
        if is_kind(mode):
            raise PackUnsafeError(path, f"is {kind}, not a file")
    if not stat.S_ISREG(mode):
        raise PackUnsafeError(path, "is a device or socket, not a file")


def read_at(descriptor: int, offset: int, size: int, path: Path) -> bytes:
    """Exactly `size` bytes from `offset` on; raises PackDamagedError if they are not all there."""
    parts: list[bytes] = []
    left = size
    try:
        while left and (part := os.pread(descriptor, left, offset + size - left)):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        raise PackDamagedError(path, f"cannot be read: {error.strerror or error}") from None
    if left:
        raise PackDamagedError(path, f"ends {left} bytes early")
    return b"".join(parts)
