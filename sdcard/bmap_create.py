"""Makes the block map of an image: of the blocks that are stored, or those that it is told."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sdcard.bmap import Extent
from sdcard.flash_errors import ImageUnusableError

BLOCK = 4096  # bytes; what the usual file systems allocate
CHUNK = 1 << 20
HASH = "sha256"


def create_bmap(image: Path, parts: Iterable[tuple[int, int]] | None = None) -> bytes:
    """The file to be stored as IMAGE.bmap; the same image, as sparse, gives the same bytes.

    `parts`: (start, end) of what to map, in whole blocks, ascending, apart from each other. By
    default holes of a sparse file are left out; where the file system knows of none, all is mapped.
    Raises ImageUnusableError.
    """
    try:
        fd = os.open(image, os.O_RDONLY)
    except OSError as error:
        raise ImageUnusableError(f"{image}: {error.strerror}") from error
    try:
        size = os.fstat(fd).st_size
        extents = [
            Extent(start, end, _hash(fd, start, end))
            for start, end in (mapped_extents(fd, size) if parts is None else parts)
        ]
    except OSError as error:
        raise ImageUnusableError(f"{image}: {error.strerror}") from error
    finally:
        os.close(fd)
    return _document(size, extents)


def mapped_extents(fd: int, size: int) -> Iterator[tuple[int, int]]:
    """(start, end) of data in a file, in whole blocks but for its end, apart from each other."""
    start = end = 0
    for data, hole in _data_and_holes(fd, size):
        first, last = data // BLOCK * BLOCK, min(-(-hole // BLOCK) * BLOCK, size)
        if first > end:
            if end > start:
                yield start, end
            start = first
        end = last
    if end > start:
        yield start, end


def _data_and_holes(fd: int, size: int) -> Iterator[tuple[int, int]]:
    position = 0
    while position < size:
        try:
            data = os.lseek(fd, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # only a hole is left
                return
            raise
        position = os.lseek(fd, data, os.SEEK_HOLE)
        yield data, position


def _hash(fd: int, start: int, end: int) -> str:
    digest = hashlib.new(HASH)
    while start < end:
        data = os.pread(fd, min(CHUNK, end - start), start)
        if not data:
            raise OSError(errno.EIO, "became shorter while it was read")
        digest.update(data)
        start += len(data)
    return digest.hexdigest()


def _document(size: int, extents: list[Extent]) -> bytes:
    blocks = -(-size // BLOCK)
    mapped = sum(-(-(extent.end - extent.start) // BLOCK) for extent in extents)
    blank = "0" * (2 * hashlib.new(HASH).digest_size)
    lines = [
        '<?xml version="1.0" ?>',
        '<bmap version="2.0">',
        f"    <ImageSize> {size} </ImageSize>",
        f"    <BlockSize> {BLOCK} </BlockSize>",
        f"    <BlocksCount> {blocks} </BlocksCount>",
        f"    <MappedBlocksCount> {mapped} </MappedBlocksCount>",
        f"    <ChecksumType> {HASH} </ChecksumType>",
        f"    <BmapFileChecksum> {blank} </BmapFileChecksum>",
        "    <BlockMap>",
        *(f"        {_range(extent)}" for extent in extents),
        "    </BlockMap>",
        "</bmap>",
    ]
    document = "\n".join(lines) + "\n"
    return document.replace(blank, hashlib.new(HASH, document.encode()).hexdigest(), 1).encode()


def _range(extent: Extent) -> str:
    first, last = extent.start // BLOCK, (extent.end - 1) // BLOCK
    blocks = str(first) if first == last else f"{first}-{last}"
    return f'<Range chksum="{extent.digest}"> {blocks} </Range>'


def write_bmap(image: Path, output: Path) -> int:
    """Store the map, whole or not at all; returns its bytes. Raises ImageUnusableError."""
    document = create_bmap(image)
    part = output.with_name(output.name + ".part")
    try:
        part.write_bytes(document)
        part.replace(output)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ImageUnusableError(f"{output}: {error.strerror}") from error
    return len(document)
