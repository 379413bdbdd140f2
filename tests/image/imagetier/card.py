"""A card as a file: its partitions cut out, looked into and changed, without mounting anything."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sdcard.image import ext4_edit
from sdcard.image.changes import Change
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree, Node
from sdcard.image.layout import BOOT, PACKS, PLACES, ROOT, SECTOR_BYTES, STATE, Place
from sdcard.image.mbr import MasterBootRecord, parse_mbr

MIB = 1 << 20
FAT = (BOOT, PACKS)
NOW_S = 1_750_000_000  # any time that is later than the image's


@dataclass(frozen=True)
class Check:
    """What a file system's own program says of it."""

    place: Place
    status: int  # 0: clean
    said: str


class Card:
    """One file with a partition table, as long as a card."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def made_of(cls, image: Path, path: Path, size_bytes: int) -> Card:
        """A copy of an image on a larger card; QEMU wants its size to be a power of two."""
        assert size_bytes & (size_bytes - 1) == 0
        assert image.stat().st_size <= size_bytes
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", image, path], check=True)
        os.truncate(path, size_bytes)
        return cls(path)

    def copy(self, path: Path) -> Card:
        """Another card like it."""
        return self.made_of(self.path, path, self.path.stat().st_size)

    @property
    def table(self) -> MasterBootRecord:
        """As it is now."""
        with self.path.open("rb") as file:
            return parse_mbr(file.read(SECTOR_BYTES), self.path.name)

    def offset(self, place: Place) -> int:
        """Of a partition, in bytes."""
        return self.table.partition(place.number, self.path.name).start * SECTOR_BYTES

    def size(self, place: Place) -> int:
        """Of a partition, in bytes."""
        return self.table.partition(place.number, self.path.name).sectors * SECTOR_BYTES

    def cut(self, place: Place, path: Path) -> Path:
        """A partition in a file of its own, with its holes."""
        start = self.offset(place)
        words = [f"if={self.path}", f"of={path}", "bs=1M", "conv=sparse", "status=none"]
        words += ["iflag=skip_bytes,count_bytes", f"skip={start}", f"count={self.size(place)}"]
        subprocess.run(["dd", *words], check=True)
        os.truncate(path, self.size(place))
        return path

    def checks(self, folder: Path, places: tuple[Place, ...] = PLACES) -> list[Check]:
        """Ask fsck, which changes nothing, about partitions that were cut out."""
        found = []
        for place in places:
            volume = self.cut(place, folder / f"part{place.number}")
            program = ["fsck.fat", "-n"] if place in FAT else ["fsck.ext4", "-fn"]
            done = subprocess.run([*program, volume], capture_output=True, text=True, check=False)
            found.append(Check(place, done.returncode, done.stdout + done.stderr))
            volume.unlink()
        return found

    def boot_file(self, name: str, path: Path) -> Path:
        """Copy a file of the boot volume out."""
        subprocess.run(["mcopy", "-n", "-i", self._mtools(BOOT), f"::/{name}", path], check=True)
        return path

    def put_boot_file(self, name: str, data: bytes) -> None:
        """Write a file of the boot volume; its folder is there."""
        words = ["mcopy", "-o", "-i", self._mtools(BOOT), "-", f"::/{name}"]
        subprocess.run(words, input=data, check=True)

    def boot_names(self) -> list[str]:
        """What is at the top of the boot volume."""
        words = ["mdir", "-b", "-i", self._mtools(BOOT), "::/"]
        listed = subprocess.run(words, capture_output=True, text=True, check=True)
        return [line.removeprefix("::/") for line in listed.stdout.splitlines()]

    def packs(self, path: Path) -> Path:
        """Copy the whole partition of packs out, into a new folder."""
        path.mkdir()
        words = ["mcopy", "-s", "-n", "-i", self._mtools(PACKS), "::/", path]
        subprocess.run(words, check=True, capture_output=True)
        return path

    def debugfs(self, place: Place, command: str) -> str:
        """Run one debugfs command that only looks; what it prints."""
        words = ["debugfs", "-R", command, str(self._volume(place))]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        complaints = [line for line in done.stderr.splitlines() if not line.startswith("debugfs ")]
        assert not complaints, f"{command}: {complaints}"
        return done.stdout

    def edit(self, place: Place, *changes: Change) -> None:
        """Change files of an ext4 partition."""
        ext4_edit.edit(Debugfs(self._volume(place), NOW_S), changes)

    def find(self, place: Place, name: str) -> bytes | None:
        """Content of a file, if it is there."""
        debugfs = Debugfs(self._volume(place), NOW_S)
        files = Ext4Files(Ext4Tree(debugfs), debugfs)
        return files.read(name) if files.exists(name) else None

    def node(self, place: Place, name: str) -> Node:
        """Whose a file is, and what may be done with it."""
        node = Ext4Tree(Debugfs(self._volume(place), NOW_S)).find(name)[1]
        assert node is not None, name
        return node

    def get(self, place: Place, name: str, path: Path) -> Path:
        """Copy a file out."""
        self.debugfs(place, f"dump {name} {path}")
        return path

    def _volume(self, place: Place) -> Path:
        """As e2fsprogs call a partition of a file."""
        return Path(f"{self.path.resolve()}?offset={self.offset(place)}")

    def _mtools(self, place: Place) -> str:
        return f"{self.path}@@{self.offset(place)}"


__all__ = ["BOOT", "PACKS", "ROOT", "STATE", "Card", "Check"]
