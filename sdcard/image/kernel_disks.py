"""What the kernel of Linux knows of a disk's partitions: asked, and told of a longer one.

ioctl numbers and structures from Linux: include/uapi/linux/fs.h, include/uapi/linux/blkpg.h.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdcard.image.errors import DiskUnusableError
from sdcard.image.layout import SECTOR_BYTES
from sdcard.image.mbr import Partition

if sys.platform != "win32":
    import fcntl

BLKPG, RESIZE_PARTITION = 0x1269, 3
BLKFLSBUF = 0x1261  # write out and forget what is buffered


class _Partition(ctypes.Structure):
    """struct blkpg_partition; bytes."""

    _fields_ = (
        ("start", ctypes.c_longlong), ("length", ctypes.c_longlong), ("number", ctypes.c_int),
        ("device_name", ctypes.c_char * 64), ("volume_name", ctypes.c_char * 64),
    )  # fmt: skip


class _Request(ctypes.Structure):
    """struct blkpg_ioctl_arg."""

    _fields_ = (
        ("operation", ctypes.c_int), ("flags", ctypes.c_int), ("size", ctypes.c_int),
        ("data", ctypes.c_void_p),
    )  # fmt: skip


def resize_partition(disk: int, partition: Partition) -> None:
    """Tell of a new length; works while other partitions of the disk are mounted.

    `disk`: descriptor of the whole disk. Raises OSError.
    """
    data = _Partition(
        partition.start * SECTOR_BYTES, partition.sectors * SECTOR_BYTES, partition.number
    )
    request = _Request(RESIZE_PARTITION, 0, ctypes.sizeof(data), ctypes.addressof(data))
    if sys.platform != "win32":
        fcntl.ioctl(disk, BLKPG, request)


def forget_buffered(node: Path) -> None:
    """Have a partition read anew: it is buffered apart from its disk. Raises DiskUnusableError."""
    with telling(node):
        fd = os.open(node, os.O_RDONLY)
        try:
            if sys.platform != "win32":
                fcntl.ioctl(fd, BLKFLSBUF, 0)
        finally:
            os.close(fd)


def partition_node(disk: Path, number: int, root: Path = Path("/")) -> Path | None:
    """The device of a partition; None if the kernel knows of none. `root`: where /sys lies."""
    block = root / "sys/class/block" / disk.resolve().name
    for file in block.glob("*/partition"):
        if file.read_text().strip() == str(number):
            return Path("/dev") / file.parent.name
    return None


def running_disk(root: Path = Path("/")) -> Path:
    """The disk that / lies on, a partition of it; raises DiskUnusableError.

    From /proc/self/mountinfo (proc(5)) and /sys/dev/block, which lie below `root`.
    """
    number = "unknown"
    mounts = root / "proc/self/mountinfo"
    with telling(mounts):
        for line in mounts.read_text(errors="replace").splitlines():
            fields = line.split(" ")
            number = fields[2] if fields[4:5] == ["/"] else number  # the last one lies on top
    device = root / "sys/dev/block" / number
    if not (device / "partition").exists():
        raise DiskUnusableError(f"/ (device {number}) is no partition; name the disk: --disk")
    return Path("/dev") / device.resolve().parent.name


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what the system says into DiskUnusableError with the file's name."""
    try:
        yield
    except DiskUnusableError:
        raise
    except OSError as error:
        raise DiskUnusableError(f"{path}: {error.strerror or error}") from error
