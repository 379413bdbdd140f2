"""A disk that the kernel holds to a card's speed: a loop device, throttled by its control group.

The kernel writes to it as to any slow disk, from its caches and in its own time. It needs root,
loop devices, mke2fs, and the blkio controller of control groups v1 (blkio-controller.rst): its root
group is the one that written-back data counts for.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

LIMIT = Path("/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device")
BYTES = 1 << 30


class NotHeldError(Exception):
    """It cannot be done on this machine; the text says why."""


@contextlib.contextmanager
def held_disk(bytes_per_s: int) -> Iterator[Path]:
    """A folder on such a disk; 0: as fast as it is. Raises NotHeldError."""
    if os.geteuid() != 0 or not LIMIT.exists():
        raise NotHeldError(f"needs root and {LIMIT}")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        image, mount = folder / "disk", folder / "mount"
        mount.mkdir()
        with image.open("wb") as file:
            file.truncate(BYTES)
        _run("mke2fs", "-q", "-t", "ext4", image)
        loop = _run("losetup", "--find", "--show", image)
        stack.callback(_run, "losetup", "--detach", loop)
        _run("mount", loop, mount)
        stack.callback(_run, "umount", mount)
        number = Path(f"/sys/class/block/{Path(loop).name}/dev").read_text().strip()
        _hold(number, bytes_per_s)
        stack.callback(_hold, number, 0)
        yield mount


def _hold(number: str, bytes_per_s: int) -> None:
    """0: no more."""
    LIMIT.write_text(f"{number} {bytes_per_s}\n")


def _run(*words: str | Path) -> str:
    try:
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotHeldError(f"{words[0]}: {error}") from error
    return done.stdout.strip()
