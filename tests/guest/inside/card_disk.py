"""Inside the test kernel: a card's disk, checked and mounted as when the instrument starts."""

from __future__ import annotations

import contextlib
import mmap
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sdcard.image.layout import PACKS, STATE, Place
from sdcard.targets.repair import MOST_PASSES, REPAIRED

MARK_OFFSET = 64 * 512  # card_model.MARK_SECTOR
MOUNTS = Path("/run/card")  # the root is the host's own and cannot be written
FSTAB = Path("/mnt/fstab")  # of the card, in the host's folder


class CardDamagedError(AssertionError):
    """A file system has faults that the repair at the start does not mend."""


class Disk:
    """One disk with a card's partitions, by the name of its node."""

    def __init__(self, node: str) -> None:
        self.node = node

    def partition(self, place: Place) -> str:
        """The node of one partition."""
        return f"{self.node}{'p' if self.node[-1].isdigit() else ''}{place.number}"

    def repair(self) -> list[str]:
        """What the start of the system does, with fsck.repair=yes; what it says of what it mended.

        One pass of fsck.fat may leave what only the next one mends: a directory without a place,
        and if Linux comes across that, it writes nothing more until it is started anew.
        """
        said = []
        for place in (STATE, PACKS):
            status, passes = REPAIRED, 0
            while status == REPAIRED and passes < MOST_PASSES:
                done = _fsck("-y", self.partition(place), _fstab(place)[0])
                status, passes = done.returncode, passes + 1
                if status:
                    said.append(f"{place.label}: {done.stdout}")
            if status:
                raise CardDamagedError(f"{place.label}, after {passes} repairs: {said}")
        return said

    def assert_clean(self) -> None:
        """Raises CardDamagedError if a file system has a fault. Call it when none is mounted."""
        for place in (STATE, PACKS):
            options = "-fn" if _fstab(place)[0] == "ext4" else "-n"
            done = _fsck(options, self.partition(place), _fstab(place)[0])
            if done.returncode:
                raise CardDamagedError(f"{place.label} after the repair: {done.stdout}")

    @contextlib.contextmanager
    def mounted(self) -> Iterator[tuple[Path, Path]]:
        """(/data, /packs) of this card; a card that is to be killed is never unmounted."""
        with contextlib.ExitStack() as stack:
            for place in (STATE, PACKS):
                folder = MOUNTS / place.mount.lstrip("/")
                folder.mkdir(parents=True, exist_ok=True)
                kind, options = _fstab(place)
                run("mount", "-t", kind, "-o", options, self.partition(place), str(folder))
                stack.callback(run, "umount", str(folder))
            yield MOUNTS / STATE.mount.lstrip("/"), MOUNTS / PACKS.mount.lstrip("/")

    def mark(self, text: str) -> None:
        """Tell the host something, in step with the writes to the card; it flushes nothing."""
        descriptor = os.open(self.node, os.O_WRONLY | os.O_DIRECT)
        with mmap.mmap(-1, 512) as sector:  # a page of its own, as O_DIRECT wants
            sector.write(text.encode())
            os.pwrite(descriptor, sector, MARK_OFFSET)
        os.close(descriptor)


def _fstab(place: Place) -> tuple[str, str]:
    """(kind, options) of a partition that are mounted at the system's start."""
    lines = [line.split() for line in FSTAB.read_text().splitlines()]
    kind, options = next(line[2:4] for line in lines if line[1:2] == [place.mount])
    return kind, options


def run(*command: str) -> str:
    """What a program printed. Raises AssertionError if it failed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}"
    return done.stdout


def _fsck(options: str, node: str, kind: str) -> subprocess.CompletedProcess[str]:
    command = [f"fsck.{kind}", options, node]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
