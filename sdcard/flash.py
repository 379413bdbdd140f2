"""Writes an image to a disk so that a disk that was not written and proven whole never boots.

The first block, with the partition table, is erased first and written last, after all the rest has
been read back from the medium. So an interruption, a bad image, or a card that only claims its
size leaves a disk without partitions.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sdcard.bmap import Bmap, Extent
from sdcard.flash_errors import (
    BmapMismatchError,
    DiskDamagedError,
    FlashError,
    ImageUnusableError,
)
from sdcard.flash_source import Source
from sdcard.flash_target import Target
from sdcard.image.errors import ImageError
from sdcard.image.layout import SECTOR_BYTES
from sdcard.image.mbr import parse_mbr

FIRST_BLOCK = 4096  # bytes: partition tables, and the first sector of a disk of any sector size
SIGNATURE, SIGNATURE_AT = b"\x55\xaa", 510  # of a master boot record
CHUNK = 1 << 20
PIECE = 64 << 20  # bytes that are verified at a time
WRITING, VERIFYING = "writing", "verifying"

Progress = Callable[[str, int, float], None]
"""Told the stage, the bytes done in it, and its fraction 0..1."""


@dataclass(frozen=True)
class Outcome:
    """What was done."""

    image_bytes: int
    written_bytes: int  # and read back


def read_first_block(image: Path) -> bytes:
    """The first block of an image; raises ImageUnusableError unless it has a partition table."""
    with Source(image) as source:
        first = source.read(FIRST_BLOCK)
    if first[SIGNATURE_AT : SIGNATURE_AT + 2] != SIGNATURE:
        raise ImageUnusableError(f"{image}: no image of a card: there is no partition table in it")
    return first


def table_end(first: bytes) -> int:
    """Where the partitions of an image end, in bytes; it may leave out free space before that."""
    try:
        return parse_mbr(first, "image").end * SECTOR_BYTES
    except ImageError:  # no partitions, or of a kind that is none of our business
        return 0


class Flash:
    """One image on its way to one disk."""

    def __init__(self, image: Path, bmap: Bmap | None, target: Target, progress: Progress) -> None:
        """`bmap`: the map of the image; without one every byte is written."""
        self._image, self._bmap = image, bmap
        self._target, self._progress = target, progress
        self._pieces = _Pieces()
        self.is_unusable = False
        """The disk has been touched, but is not whole: it has no partition table."""
        self.is_whole = False
        """The image is on the disk, and verified."""

    def run(self) -> Outcome:
        """Write and verify everything; raises a FlashError."""
        first = read_first_block(self._image)
        with Source(self._image) as source:
            self._check_size(source)
            self._erase_first()
            for extent in self._extents():
                self._write_extent(source, extent)
            self._finish_source(source)
            image_bytes = source.position
        self._target.sync()
        self._verify()
        self._write_first(first)
        self._target.show_partitions()
        return Outcome(image_bytes, self._pieces.written + len(first))

    def _check_size(self, source: Source) -> None:
        if self._bmap and source.size not in (None, self._bmap.image_size):
            raise BmapMismatchError(
                f"{self._image}: has {source.size} bytes, but its block map is of an image of"
                f" {self._bmap.image_size}"
            )
        ends = [extent.end for extent in self._extents()] if self._bmap else [source.size or 0]
        self._target.check_end(max(ends, default=0))

    def _extents(self) -> tuple[Extent, ...]:
        """Without a map it is one, up to wherever the image ends."""
        return self._bmap.extents if self._bmap else (Extent(0, -1, ""),)

    def _erase_first(self) -> None:
        self.is_unusable = True
        self._target.write(bytes(min(FIRST_BLOCK, self._target.size)), 0)
        self._target.sync()

    def _write_extent(self, source: Source, extent: Extent) -> None:
        source.skip_to(extent.start)
        digest = hashlib.new(self._bmap.hash_name) if self._bmap else None
        for position, data in _read(source, extent):
            if digest:
                digest.update(data)
            self._put(position, data)
            self._tell_writing(source)
        if digest and digest.hexdigest() != extent.digest:
            raise BmapMismatchError(
                f"{self._image}: bytes {extent.start}..{extent.end - 1} are not those of the block"
                f" map: its {self._bmap and self._bmap.hash_name} is {extent.digest}, theirs is"
                f" {digest.hexdigest()}; download both again"
            )

    def _put(self, position: int, data: bytes) -> None:
        held_back = max(0, FIRST_BLOCK - position)
        rest = memoryview(data)[held_back:]
        if rest:
            self._target.write(rest, position + held_back)
            self._pieces.add(position + held_back, rest)

    def _tell_writing(self, source: Source) -> None:
        written = self._pieces.written
        total = self._bmap.mapped_bytes if self._bmap else 0
        self._progress(WRITING, written, written / total if total else source.fraction)

    def _finish_source(self, source: Source) -> None:
        """To the very end: only there a compressed file proves that it is whole."""
        if self._bmap is None:
            return
        source.skip_to(self._bmap.image_size)
        if source.position != self._bmap.image_size or source.read(1):
            raise BmapMismatchError(
                f"{self._image}: its length is not the {self._bmap.image_size} bytes of its map"
            )

    def _verify(self) -> None:
        self._target.forget()
        done, total = 0, max(1, self._pieces.written)
        for start, end, expected in self._pieces.all():
            digest = hashlib.sha256()
            for position in range(start, end, CHUNK):
                count = min(CHUNK, end - position)
                digest.update(self._target.read(count, position))
                done += count
                self._progress(VERIFYING, done, done / total)
            if digest.digest() != expected:
                self._fail_verifying(start, end)

    def _fail_verifying(self, start: int, end: int) -> None:
        raise DiskDamagedError(
            f"{self._target.path}: gave back other bytes than were written, in {start}..{end - 1}:"
            " the card is worn out or smaller than it claims, or the reader is faulty"
        )

    def _write_first(self, first: bytes) -> None:
        try:
            self._target.write(first, 0)
            self._target.sync()
            self._target.forget()
            if self._target.read(len(first), 0) != first:
                self._fail_verifying(0, len(first))
            self.is_unusable, self.is_whole = False, True
        except BaseException:  # an interruption as well: what is told must be true
            with contextlib.suppress(FlashError):
                self._erase_first()
            raise


def _read(source: Source, extent: Extent) -> Iterator[tuple[int, bytes]]:
    """(position, data) of an extent, whose end may be unknown (-1)."""
    while extent.end < 0 or source.position < extent.end:
        position = source.position
        left = CHUNK if extent.end < 0 else min(CHUNK, extent.end - position)
        data = source.read(left)
        if not data:
            if extent.end >= 0:
                raise BmapMismatchError(
                    f"{source.path}: ends at {position}; its block map goes on to {extent.end}"
                )
            return
        yield position, data


class _Pieces:
    """What has been written, with a SHA-256 for every PIECE bytes or less."""

    def __init__(self) -> None:
        self.written = 0
        self._done: list[tuple[int, int, bytes]] = []
        self._start = self._end = 0
        self._hash = hashlib.sha256()

    def add(self, position: int, data: memoryview) -> None:
        """Some more; a piece ends where it is long enough, and before a gap."""
        if position != self._end or self._end - self._start >= PIECE:
            self._close()
            self._start = self._end = position
        self._hash.update(data)
        self._end += len(data)
        self.written += len(data)

    def all(self) -> list[tuple[int, int, bytes]]:
        """(start, end, digest) of every piece."""
        self._close()
        return self._done

    def _close(self) -> None:
        if self._end > self._start:
            self._done.append((self._start, self._end, self._hash.digest()))
        self._hash = hashlib.sha256()
        self._start = self._end
