"""Makes the volume of the state, the only part of a card's system that is ever written to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sdcard.image.changes import Change
from sdcard.image.errors import DoesNotFitError
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_edit import edit
from sdcard.image.ext4_space import needed
from sdcard.image.ext4_superblock import read_superblock
from sdcard.image.identity import Identity
from sdcard.image.layout import STATE
from sdcard.image.programs import run

FEATURES = (
    "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"
    "large_file,huge_file,dir_nlink,extra_isize,metadata_csum"
)
"""Spelt out: what mke2fs takes by itself differs between releases, and Bookworm's must read it."""
LEAST_BYTES = 144 << 20  # two groups of blocks: the second one has a copy of the superblock


def make_state_volume(
    path: Path, size: int, changes: Sequence[Change], identity: Identity, time_s: int
) -> None:
    """Write the file system with what is in it from the start; raises ImageError."""
    if size < LEAST_BYTES:
        raise DoesNotFitError(f"the state's partition: {size} bytes; the least is {LEAST_BYTES}")
    path.write_bytes(b"")
    with path.open("r+b") as file:
        file.truncate(size)
    options = (
        f"hash_seed={identity.uuid('state hashes')},root_owner=0:0"
        ",lazy_itable_init=0,lazy_journal_init=0,nodiscard"
    )
    run(
        "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-i", "16384", "-m", "1",
        "-O", FEATURES, "-E", options, "-L", STATE.label, "-U", identity.uuid("state"), path,
        time_s=time_s,
    )  # fmt: skip
    found = read_superblock(path)
    blocks, inodes = needed(changes, found.block_bytes)
    if blocks > found.free_blocks or inodes > found.free_inodes:
        raise DoesNotFitError(
            f"the state's partition: {size} bytes; {blocks * found.block_bytes} and {inodes} files"
            f" do not fit into its {found.free_blocks * found.block_bytes} and {found.free_inodes}"
        )
    edit(Debugfs(path, time_s), changes)
