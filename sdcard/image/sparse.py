"""Reads and writes files of which most is holes, without reading or storing those."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20
PIECE = 64 << 10  # holes are no shorter
_ZEROS = bytes(CHUNK)


def write_sparse(file: BinaryIO, data: bytes) -> None:
    """Write where the file is now, and leave holes where there are only zeros."""
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        if piece == _ZEROS[: len(piece)]:
            file.seek(len(piece), os.SEEK_CUR)
        else:
            file.write(piece)


def copy_extents(
    source: Path, extents: Iterable[tuple[int, int]], target: BinaryIO, offset: int
) -> None:
    """Copy (start, end) bytes of a file to `offset` on in another, where there are holes now."""
    with source.open("rb") as file:
        for start, end in extents:
            for at in range(start, end, CHUNK):
                file.seek(at)
                target.seek(offset + at)
                write_sparse(target, file.read(min(CHUNK, end - at)))


def chunks(path: Path) -> Iterator[bytes]:
    """All bytes of a file; its holes are made up instead of read."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        position = 0
        while position < size:
            data, hole = _next_data(file.fileno(), position, size)
            while position < data:
                count = min(CHUNK, data - position)
                yield _ZEROS[:count] if count < CHUNK else _ZEROS
                position += count
            file.seek(position)
            while position < hole:
                found = file.read(min(CHUNK, hole - position))
                if not found:
                    raise OSError(errno.EIO, "became shorter while it was read", str(path))
                yield found
                position += len(found)


def _next_data(fd: int, position: int, size: int) -> tuple[int, int]:
    """(start, end) of the next bytes that are stored; both `size` if only a hole is left."""
    try:
        start = os.lseek(fd, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return size, size
        raise
    return start, os.lseek(fd, start, os.SEEK_HOLE)
