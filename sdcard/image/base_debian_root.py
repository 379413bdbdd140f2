"""Makes the Debian base's root volume: a tar file becomes an ext4 file system, byte by byte alike.

mke2fs fills a file system from a folder, so the tar is unpacked once, with owners: by root, or by
fakeroot for everybody else. Nothing is mounted.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sdcard.image import ext4_edit, ext4_space
from sdcard.image.base_debian_errors import BaseBuildError
from sdcard.image.base_debian_recipe import TIME_S
from sdcard.image.changes import Change
from sdcard.image.errors import ProgramMissingError
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.layout import ALIGNMENT_BYTES, ROOT
from sdcard.image.programs import environment, require, run

BLOCK_BYTES, INODE_BYTES = 4096, 256
SPARE = 1.06  # of what the files take: directories, extents, tables
SPARE_BYTES = 64 << 20  # the journal (at most 16 MiB for such sizes), and room to start without A
FEATURES = (
    "has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"
    "large_file,huge_file,dir_nlink,extra_isize,metadata_csum"
)
FREE_INODES = re.compile(rb"^  Free inodes:(.*)$", re.MULTILINE)
RANGE = re.compile(rb"(\d+)(?:-(\d+))?")
OWN_TIMES = ("atime", "ctime", "crtime")  # the time of a change is that in the tar
UNPACK_AND_FILL = """
mkdir "$2"; tar -xf "$1" -C "$2" --numeric-owner --same-owner --same-permissions \
    --delay-directory-restore --xattrs --xattrs-include='*'
volume="$3"; folder="$2"; shift 3; mke2fs -q "$@" -d "$folder" "$volume"
"""


def make_root(tar: Path, volume: Path, uuid: str, changes: list[Change]) -> None:
    """Write an ext4 file system with the tar's files, and then `changes`, to a new file.

    `uuid` names it. Raises ProgramMissingError, BaseBuildError, Ext4Error.
    """
    require(["mke2fs", "dumpe2fs", "debugfs", "e2fsck"])
    with volume.open("wb") as file:
        file.truncate(_size_bytes(tar))
    _fill(tar, volume, uuid)
    debugfs = Debugfs(volume, TIME_S)
    ext4_edit.edit(debugfs, changes)
    _set_times(debugfs)
    ext4_space.check(volume, TIME_S)


def _size_bytes(tar: Path) -> int:
    """Of a file system for the files of the tar, and a little more."""
    with tarfile.open(tar) as members:
        needed = sum(
            -(-member.size // BLOCK_BYTES) * BLOCK_BYTES + INODE_BYTES for member in members
        )
    return -(-int(needed * SPARE + SPARE_BYTES) // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def _fill(tar: Path, volume: Path, uuid: str) -> None:
    options = ["-O", FEATURES, "-b", str(BLOCK_BYTES), "-I", str(INODE_BYTES), "-m", "1"]
    options += ["-L", ROOT.label, "-U", uuid]
    options += ["-E", f"hash_seed={uuid},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0"]
    with tempfile.TemporaryDirectory(dir=volume.parent) as folder:
        words = ["sh", "-euc", UNPACK_AND_FILL, "sh", str(tar), f"{folder}/root", str(volume)]
        done = subprocess.run(
            [*_as_root(), *words, *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            env=environment(TIME_S),
        )  # fmt: skip
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-1000:]
        raise BaseBuildError(f"filling the root volume: {said}")


def _as_root() -> list[str]:
    """What makes unpacked files belong to whom the tar says."""
    if os.geteuid() == 0:
        return []
    if shutil.which("fakeroot") is None:
        raise ProgramMissingError("fakeroot: not installed; apt-get install fakeroot, or be root")
    return ["fakeroot", "--"]


def _set_times(debugfs: Debugfs) -> None:
    """Those times of files that mke2fs takes from the unpacked ones, or from the clock."""
    commands = []
    for inode in _used_inodes(debugfs.volume):
        for name in OWN_TIMES:
            commands.append(f"set_inode_field <{inode}> {name} @{TIME_S}")
            commands.append(f"set_inode_field <{inode}> {name}_extra 0")
    debugfs.write(commands, debugfs.volume.parent)


def _used_inodes(volume: Path) -> Iterator[int]:
    """Numbers of the root directory and of all that was put below it."""
    told, _ = run("dumpe2fs", volume)
    free = set[int]()
    for line in FREE_INODES.finditer(told):
        for found in RANGE.finditer(line[1]):
            free.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    total = _total_inodes(told)
    first = 11  # below: reserved ones, of which only the root directory is a file
    yield from (number for number in (2, *range(first, total + 1)) if number not in free)


def _total_inodes(told: bytes) -> int:
    found = re.search(rb"^Inode count:\s+(\d+)$", told, re.MULTILINE)
    if found is None:
        raise BaseBuildError("dumpe2fs does not tell the number of inodes")
    return int(found[1])
