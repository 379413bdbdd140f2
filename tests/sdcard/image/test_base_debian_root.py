"""A tar file of a root becomes an ext4 file system: owners, times, and the same bytes each time."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from sdcard.image import ext4_space
from sdcard.image.base_debian_recipe import TIME_S
from sdcard.image.base_debian_root import make_root
from sdcard.image.changes import MakeDirectory, PutFile
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree

UUID = "5b0c5e11-6f7c-4c35-9d0e-6b1f7c9a4a52"
OWNER = 101
MTIME_S = TIME_S - 86400
DATA = b"some content\n" * 1000
CHANGES = [PutFile("/etc/fstab", b"mounts\n"), MakeDirectory("/boot/firmware")]

pytestmark = [
    pytest.mark.skipif(not shutil.which("mke2fs", path="/sbin:/usr/sbin"), reason="needs mke2fs"),
    pytest.mark.skipif(
        os.geteuid() != 0 and not shutil.which("fakeroot"), reason="needs fakeroot, or root"
    ),
]


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    path = tmp_path / "root.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as members:
        for name in ("etc", "usr", "usr/bin", "boot"):
            add(members, name, tarfile.DIRTYPE, mode=0o755)
        add(members, "etc/shadow", data=DATA, mode=0o640, gid=42)
        add(members, "usr/bin/sudo", data=DATA, mode=0o4755)
        add(members, "usr/bin/su", tarfile.LNKTYPE, link="usr/bin/sudo")
        add(members, "usr/bin/sh", tarfile.SYMTYPE, link="dash", mode=0o777)
        add(members, "usr/own", data=b"x", mode=0o600, uid=OWNER)
    return path


def add(
    members: tarfile.TarFile,
    name: str,
    kind: bytes = tarfile.REGTYPE,
    data: bytes = b"",
    *,
    link: str = "",
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(data), link
    info.mode, info.uid, info.gid, info.mtime = mode, uid, gid, MTIME_S
    members.addfile(info, io.BytesIO(data))


def make(tar: Path, volume: Path) -> Path:
    make_root(tar, volume, UUID, CHANGES)
    return volume


def test_files_are_as_in_the_tar(tar: Path, tmp_path: Path) -> None:
    debugfs = Debugfs(make(tar, tmp_path / "root"), TIME_S)
    tree = Ext4Tree(debugfs)
    nodes = {name: tree.find(name)[1] for name in ("/etc/shadow", "/usr/bin/sudo", "/usr/own")}
    found = {name: (node.mode & 0o7777, node.uid, node.gid) for name, node in nodes.items() if node}
    assert found == {
        "/etc/shadow": (0o640, 0, 42), "/usr/bin/sudo": (0o4755, 0, 0), "/usr/own": (0o600, 101, 0),
    }  # fmt: skip
    files = Ext4Files(tree, debugfs)
    assert files.read("/etc/shadow") == files.read("/usr/bin/su") == DATA
    assert tree.target("/usr/bin/sh") == "dash"
    assert b"Links: 2" in debugfs.read(["stat /usr/bin/su"])[0]


def test_changes_are_made(tar: Path, tmp_path: Path) -> None:
    debugfs = Debugfs(make(tar, tmp_path / "root"), TIME_S)
    files = Ext4Files(Ext4Tree(debugfs), debugfs)
    assert files.read("/etc/fstab") == b"mounts\n"
    assert files.exists("/boot/firmware")


def test_times_are_those_of_the_tar_and_no_others(tar: Path, tmp_path: Path) -> None:
    debugfs = Debugfs(make(tar, tmp_path / "root"), TIME_S)
    told = debugfs.read(["stat /usr/own"])[0].decode()
    times = dict(line.strip().split(": ", 1) for line in told.splitlines() if "time: 0x" in line)
    assert times["mtime"].startswith(f"0x{MTIME_S:08x}:00000000")
    for name in ("ctime", "atime", "crtime"):
        assert times[name].startswith(f"0x{TIME_S:08x}:00000000"), times


def test_the_same_tar_makes_the_same_bytes(tar: Path, tmp_path: Path) -> None:
    first, second = make(tar, tmp_path / "first"), make(tar, tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()
    ext4_space.check(first, TIME_S)


@pytest.mark.skipif(not shutil.which("fakeroot"), reason="needs fakeroot")
def test_whoever_is_not_root_makes_the_same(
    tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(tar, tmp_path / "first")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert make(tar, tmp_path / "second").read_bytes() == first.read_bytes()
