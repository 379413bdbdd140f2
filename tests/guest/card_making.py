"""Small cards with the four partitions of the real one, and what is on them from the start."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from card_releases import make_environment

from sdcard.image.fat32 import ENTRY_BYTES, FATS, FIRST_CLUSTER, parse_boot_sector
from sdcard.image.fat_format import FatShape, make_volume
from sdcard.image.identity import Identity
from sdcard.image.layout import ALIGNMENT_BYTES, BOOT, PACKS, ROOT, SECTOR_BYTES, STATE
from sdcard.image.mbr import MasterBootRecord, Partition, mbr_bytes, parse_mbr
from sdcard.image.state_volume import make_state_volume
from sdcard.system.accounts import Accounts
from sdcard.system.fstab import fstab
from sdcard.system.state import state_changes

MIB = 1 << 20
DISK_ID = 0xCAFE0001
SMALL_CLUSTERS = FatShape(cluster_sectors=1, reserved_sectors=64, fat_sectors=2048)
"""The smallest FAT32 that can grow, to 134 MB; other than that it is like a card's."""
STATE_BYTES = 144 * MIB  # two groups of blocks, the second with a copy of the superblock
OWNER = Accounts(uid=990, gid=990, former="", changes=())
TIME_S = 1_700_000_000


class NoBase:
    """The root of a base in which there is nothing."""

    def exists(self, path: str) -> bool:
        return False

    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)


def make_card(path: Path, shape: FatShape = SMALL_CLUSTERS, *, spare: int = 0) -> None:
    """The volumes that are written to are the real ones, empty; the other two are only places.

    `spare`: bytes of the card after its last partition.
    """
    at, partitions, volumes = ALIGNMENT_BYTES, [], {}
    sizes = {BOOT: 4 * MIB, ROOT: 4 * MIB, STATE: STATE_BYTES, PACKS: shape.least_bytes + MIB}
    for place, size in sizes.items():
        start, sectors = at // SECTOR_BYTES, size // SECTOR_BYTES
        partitions.append(Partition(place.number, place.mbr_type, start, sectors))
        volumes[place], at = at, at + size
    path.write_bytes(mbr_bytes(MasterBootRecord(DISK_ID, tuple(partitions))))
    with path.open("r+b") as file:
        file.truncate(at + spare)
    part = path.with_name(f"{path.name}-part")
    with tempfile.TemporaryDirectory() as folder:
        base = make_environment(Path(folder) / "base", "1.0")
        first = state_changes(NoBase(), OWNER, b"", base)
    make_state_volume(part, sizes[STATE], first, Identity("guest"), TIME_S)
    put(part, path, volumes[STATE])
    before = volumes[PACKS] // SECTOR_BYTES
    make_volume(part, shape.volume(sizes[PACKS], label=PACKS.label, hidden_sectors=before))
    put(part, path, volumes[PACKS])


def spoil_room_to_grow(card: Path) -> None:
    """Leave what another system may have had there, where the FATs have room for more clusters."""
    with card.open("r+b") as file:
        table = parse_mbr(file.read(SECTOR_BYTES), str(card))
        start = table.partition(PACKS.number, str(card)).start * SECTOR_BYTES
        file.seek(start)
        volume = parse_boot_sector(file.read(SECTOR_BYTES), str(card))
        used = (volume.clusters + FIRST_CLUSTER) * ENTRY_BYTES
        for number in range(FATS):
            file.seek(start + volume.fat_offset(number) + used)
            file.write(b"\x5a" * (volume.fat_sectors * SECTOR_BYTES - used))


def put(part: Path, card: Path, offset: int) -> None:
    """Move what is stored of a sparse file into a card."""
    with part.open("rb") as source, card.open("r+b") as to:
        at = 0
        with contextlib.suppress(OSError):  # after the last data there is none
            while True:
                begin = os.lseek(source.fileno(), at, os.SEEK_DATA)
                at = os.lseek(source.fileno(), begin, os.SEEK_HOLE)
                to.seek(offset + begin)
                to.write(os.pread(source.fileno(), at - begin, begin))
    part.unlink()


def write_fstab(folder: Path) -> None:
    """That of the card, for the kernel under test."""
    (folder / "fstab").write_text(fstab(NoBase(), DISK_ID, OWNER))


def run(*command: str) -> None:
    """Run a program of the host. Raises AssertionError with what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}"


def copy(image: Path, to: Path) -> Path:
    """A copy that takes no more room than what was ever written."""
    run("cp", "--sparse=always", str(image), str(to))
    return to
