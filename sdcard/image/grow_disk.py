"""A disk of Linux, or a file, of which the last partition is to grow."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Self

from sdcard.image.errors import DiskUnusableError
from sdcard.image.grow_fat import Growth, grow
from sdcard.image.kernel_disks import forget_buffered, partition_node, resize_partition, telling
from sdcard.image.layout import PACKS
from sdcard.image.mbr import Partition
from sdcard.mounts import read_uses

if sys.platform != "win32":
    import fcntl


def grow_disk(path: Path, root: Path = Path("/")) -> Growth:
    """Grow the partition of the packs, and what the kernel knows of it.

    `root`: where /sys and /proc lie. Raises PartitionTableError, FatError, DoesNotFitError,
    DiskUnusableError.
    """
    with OpenDisk(path) as disk:
        node = partition_node(path, PACKS.number, root) if disk.is_block else None
        if node is not None:
            _check_unused(node, root)
        growth = grow(disk, disk.tell_kernel if node else lambda partition: None)
        if node is not None and growth.before != growth.after:
            forget_buffered(node)
        return growth


def _check_unused(node: Path, root: Path) -> None:
    places = read_uses(root).mounts.get(node.name, ())
    if places:
        raise DiskUnusableError(
            f"{node}: mounted on {', '.join(places)}; it can grow only while it is not"
        )


class OpenDisk:
    """The disk; all methods raise DiskUnusableError."""

    def __init__(self, path: Path) -> None:
        """Locks it, as systemd's "Locking Block Device Access" asks of those who partition."""
        self.name = str(path)
        self._path = path
        with telling(path):
            self._fd = os.open(path, os.O_RDWR)
            if sys.platform != "win32":
                fcntl.flock(self._fd, fcntl.LOCK_EX)
            self.size = os.lseek(self._fd, 0, os.SEEK_END)
            self.is_block = stat.S_ISBLK(os.fstat(self._fd).st_mode)

    def read(self, count: int, offset: int) -> bytes:
        """Exactly so many bytes."""
        with telling(self._path):
            data = os.pread(self._fd, count, offset)
        if len(data) != count:
            raise DiskUnusableError(f"{self.name}: ends within bytes {offset}..{offset + count}")
        return data

    def write(self, data: bytes, offset: int) -> None:
        """All of them."""
        with telling(self._path):
            written = os.pwrite(self._fd, data, offset)
        if written != len(data):
            raise DiskUnusableError(f"{self.name}: took only {written} of {len(data)} bytes")

    def sync(self) -> None:
        """What was written is on the medium from now on."""
        with telling(self._path):
            os.fsync(self._fd)

    def tell_kernel(self, partition: Partition) -> None:
        """Of a partition that is longer now."""
        with telling(self._path):
            resize_partition(self._fd, partition)

    def close(self) -> None:
        """Let others at the disk again."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
