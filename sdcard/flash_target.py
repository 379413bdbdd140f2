"""The disk that is being written: bytes to it, to the medium itself, and back from there."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from typing import Self

from sdcard.disks import Disk
from sdcard.flash_errors import DiskTooSmallError, DiskUnusableError

SYNC_BYTES = 16 << 20  # on their way at most, so that the progress shown is the card's own
# of <linux/fs.h>
BLKRRPART = 0x125F
BLKFLSBUF = 0x1261


class Target:
    """A disk, open for writing; a context manager closes it."""

    def __init__(self, disk: Disk, *, shared: bool = False) -> None:
        """Raises DiskUnusableError, also when something uses the disk, unless `shared`."""
        self.path = disk.path
        self._is_block = disk.bus != "file"
        exclusive = os.O_EXCL if self._is_block and not shared else 0
        self._fd = -1
        self._unsynced = 0
        with self._trouble("cannot be opened"):
            self._fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC | exclusive)
            # while it is locked, udev leaves it alone (systemd: BLOCK_DEVICE_LOCKING)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.size = os.lseek(self._fd, 0, os.SEEK_END)

    def check_end(self, end: int) -> None:
        """Raise DiskTooSmallError if bytes up to `end` would not fit."""
        if end > self.size:
            raise DiskTooSmallError(
                f"{self.path}: too small: it ends at {self.size} bytes, the image goes on to {end}"
            )

    def write(self, data: bytes | memoryview, position: int) -> None:
        """Write all; raises DiskTooSmallError and DiskUnusableError."""
        self.check_end(position + len(data))
        with self._trouble(f"cannot be written at {position}"):
            rest = memoryview(data)
            while rest:
                count = os.pwrite(self._fd, rest, position)
                rest, position = rest[count:], position + count
            self._unsynced += len(data)
            if self._unsynced >= SYNC_BYTES:
                self.sync()

    def sync(self) -> None:
        """Wait until all is on the medium."""
        with self._trouble("cannot be written to the end"):
            os.fsync(self._fd)
        self._unsynced = 0

    def forget(self) -> None:
        """Drop what memory keeps of it: what is read next comes from the medium."""
        with self._trouble("cannot be read afresh"):
            os.posix_fadvise(self._fd, 0, 0, os.POSIX_FADV_DONTNEED)
        if self._is_block:
            with contextlib.suppress(PermissionError):  # only root may; the advice did it as well
                fcntl.ioctl(self._fd, BLKFLSBUF, 0)

    def read(self, count: int, position: int) -> bytes:
        """As many bytes, fewer only at the end."""
        with self._trouble(f"cannot be read at {position}"):
            return os.pread(self._fd, count, position)

    def show_partitions(self) -> None:
        """Have the kernel look at the new partitions, if it can."""
        if self._is_block:
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._fd, BLKRRPART, 0)

    def close(self) -> None:
        """Give it back; harmless when closed."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @contextlib.contextmanager
    def _trouble(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if isinstance(error, DiskUnusableError):
                raise
            reason = error.strerror or str(error)
            raise DiskUnusableError(f"{self.path}: {what}: {reason}{_way_out(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _way_out(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "; writing disks needs the right to: sudo"
    if error.errno in (errno.EBUSY, errno.EWOULDBLOCK):
        return "; something uses it: unmount its partitions"
    if error.errno == errno.EIO:
        return "; the card or its reader is faulty, or was pulled out"
    return ""
