"""Makes the image of a small card: four partitions, of which the state is a real file system."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sdcard.image.layout import PLACES, SECTOR_BYTES, STATE
from sdcard.image.mbr import MasterBootRecord, Partition, mbr_bytes

MIB = 1 << 20
STARTS = {1: 4, 2: 8, 3: 12, 4: 28}  # MiB
SIZES = {1: 4, 2: 4, 3: 16, 4: 4}


def make_card(path: Path) -> None:
    """In the place of the other file systems there is nothing. Skips where there is no mke2fs."""
    if shutil.which("mke2fs") is None:
        pytest.skip("needs mke2fs (Debian: e2fsprogs)")
    sectors = MIB // SECTOR_BYTES
    partitions = tuple(
        Partition(
            one.number, one.mbr_type, STARTS[one.number] * sectors, SIZES[one.number] * sectors
        )
        for one in PLACES
    )
    path.write_bytes(mbr_bytes(MasterBootRecord(0xCAFE, partitions)))
    os.truncate(path, 32 * MIB)
    offset, size = STARTS[STATE.number] * MIB, f"{SIZES[STATE.number]}M"
    subprocess.run(
        ["mke2fs", "-q", "-t", "ext4", "-L", STATE.label, "-E", f"offset={offset}", path, size],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
