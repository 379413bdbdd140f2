"""Mounts a partition of a card for as long as it is needed, and takes it away whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sdcard.disks import Disk
from sdcard.mounts import read_uses
from sdcard.targets.card_disk import Stretch
from sdcard.targets.errors import MountError, NeedsRootError
from sdcard.targets.repair import repair_fat

_FILE_SYSTEMS = {0x0C: "vfat", 0x83: "ext4"}  # by type in the MBR
_OPTIONS = "nosuid,nodev,noexec,noatime"
_VFAT_OPTIONS = f"{_OPTIONS},utf8"  # some kernels take names for ASCII otherwise
_BUSY_S = 10.0  # a file manager may be looking at it
_PAUSE_S = 0.2


@contextlib.contextmanager
def mounted(stretch: Stretch, root: Path = Path("/")) -> Iterator[Path]:
    """A folder with the partition's files; all is on the medium when the block has ended.

    `root`: where /sys lies. Raises NeedsRootError and MountError.
    """
    if os.geteuid() != 0:
        raise NeedsRootError(
            f"{stretch.disk.path}: mounting it needs the right to: sudo; or mount it and name the"
            " folder"
        )
    folder = Path(tempfile.mkdtemp(prefix="latentpad-card-"))
    try:
        _mount(stretch, folder, root)
        yield folder
    finally:
        with _undisturbed():
            if _is_mounted(folder):
                _unmount(folder, stretch.disk.path)
            folder.rmdir()


def _mount(stretch: Stretch, folder: Path, root: Path) -> None:
    kind = _FILE_SYSTEMS[stretch.place.mbr_type]
    node = _partition_node(stretch.disk, stretch.place.number, root)
    options = _VFAT_OPTIONS if kind == "vfat" else _OPTIONS
    if node is None:  # a file, or a disk of which the kernel has not read the table
        options += f",loop,offset={stretch.offset},sizelimit={stretch.size}"
    elif kind == "vfat":
        repair_fat(node)
    source = node or stretch.disk.path
    _run(["mount", "-t", kind, "-o", options, str(source), str(folder)], stretch.disk.path)


def _partition_node(disk: Disk, number: int, root: Path) -> Path | None:
    """As /dev/sdb4 or /dev/mmcblk0p4."""
    if disk.bus == "file":
        return None
    for path in (root / "sys/block" / disk.path.name).glob("*/partition"):
        if path.read_text().strip() == str(number):
            return disk.path.with_name(path.parent.name)
    return None


def _is_mounted(folder: Path) -> bool:
    return any(str(folder) in places for places in read_uses(Path("/")).mounts.values())


def _unmount(folder: Path, disk: Path) -> None:
    end_s = time.monotonic() + _BUSY_S
    while True:
        try:
            return _run(["umount", str(folder)], disk)
        except MountError as error:
            if time.monotonic() > end_s:
                raise MountError(f"{error}; it is still mounted at {folder}") from error
            time.sleep(_PAUSE_S)


def _run(command: Sequence[str], disk: Path) -> None:
    """In a session of its own: a Ctrl-C for us must not end it half way."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            start_new_session=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except OSError as error:
        raise MountError(f"{command[0]}: cannot be run: {error.strerror}") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise MountError(f"{disk}: {command[0]} failed: {said}")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Impatience does not leave a card mounted."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
