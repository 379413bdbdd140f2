"""ext4 file systems in files: edited by plan, everything else as it was, and room made."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.image import ext4_space
from sdcard.image.changes import Change, Delete, MakeDirectory, PutFile, Symlink
from sdcard.image.errors import (
    BaseFileMissingError,
    ChangeRefusedError,
    Ext4Error,
    ProgramFailedError,
)
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_edit import edit
from sdcard.image.ext4_superblock import read_superblock
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree, Node

TIME_S = 1_700_000_000
MIB = 1 << 20


@pytest.fixture
def root(base: Path, fake_base: ModuleType, volumes: ModuleType, tmp_path: Path) -> Path:
    start = fake_base.BOOT_START + fake_base.BOOT_MIB * MIB // 512
    path: Path = volumes.cut_out(base, start, fake_base.ROOT_MIB * MIB // 512, tmp_path / "root")
    return path


@pytest.fixture
def change(root: Path) -> Callable[..., None]:
    def make(*changes: Change) -> None:
        edit(Debugfs(root, TIME_S), changes)

    return make


def files(root: Path) -> Ext4Files:
    debugfs = Debugfs(root, TIME_S)
    return Ext4Files(Ext4Tree(debugfs), debugfs)


def node(root: Path, path: str) -> Node | None:
    return Ext4Tree(Debugfs(root, TIME_S)).find(path)[1]


def everything(volumes: ModuleType, root: Path, folder: Path) -> dict[str, str]:
    """Path -> all that debugfs tells of it, but inode numbers; of files also their hash."""
    tree = Ext4Tree(Debugfs(root, TIME_S))
    volumes.call("debugfs", "-R", f'rdump / "{folder}"', root)
    found = {}

    def walk(path: str) -> Iterator[str]:
        for name, below in sorted(tree.entries(path or "/").items()):
            yield f"{path}/{name}"
            if below.is_directory:
                yield from walk(f"{path}/{name}")

    paths = [*walk("")]
    asked = [f'{verb} "{path}"' for path in paths for verb in ("stat", "ea_list")]
    told = [part.decode() for part in Debugfs(root, TIME_S).read(asked)]
    for path, facts, attributes in zip(paths, told[::2], told[1::2], strict=True):
        local = folder / path[1:]
        data = local.read_bytes() if local.is_file() and not local.is_symlink() else b""
        facts = re.sub(r"Inode: \d+|Inode checksum: .*|(?s:EXTENTS:.*)", "", facts)
        found[path] = facts + attributes + hashlib.sha256(data).hexdigest()
    return found


def test_files_of_the_base_are_read_through_links(root: Path, fake_base: ModuleType) -> None:
    found = files(root)
    assert found.read("/etc/os-release") == fake_base.OS_RELEASE.encode()
    assert found.read("/lib/os-release") == fake_base.OS_RELEASE.encode()
    assert found.exists("/bin/python3")
    assert found.exists(r"/lib/systemd/system/a\x2db.service")
    assert not found.exists("/etc/resolv.conf")
    assert not found.exists("/var/lib/slow-link")
    for path in ("/etc/nothing", "/etc", "/etc/fstab/below", "/etc/resolv.conf"):
        with pytest.raises(BaseFileMissingError, match=path):
            found.read(path)


def test_links_in_a_circle_end(root: Path, change: Callable[..., None]) -> None:
    change(Symlink("/a", "b"), Symlink("/b", "/a"))
    with pytest.raises(Ext4Error, match="too many links"):
        files(root).exists("/a")


def test_what_is_not_changed_stays_as_it_is(
    root: Path, change: Callable[..., None], volumes: ModuleType, tmp_path: Path
) -> None:
    before = everything(volumes, Path(shutil.copy(root, tmp_path / "before")), tmp_path / "one")
    assert "security.capability" in before["/usr/bin/ping"]
    change(
        PutFile("/etc/fstab", b"new\n"),
        PutFile("/lib/systemd/system/new one.service", b"[Unit]\n"),
        Delete("/home/pi"),
    )
    volumes.check_ext4(root)
    after = everything(volumes, root, tmp_path / "two")
    gone = {"/home/pi", "/home/pi/.bashrc"}
    assert before.keys() - after.keys() == gone
    assert after.keys() - before.keys() == {"/usr/lib/systemd/system/new one.service"}
    assert "/usr/lib/systemd/system" in after
    changed = {path for path in before.keys() & after.keys() if before[path] != after[path]}
    assert changed == {"/etc/fstab", "/home"}  # which has a link less


def test_every_kind_of_change(
    root: Path, change: Callable[..., None], volumes: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(b"\0" * 10_000 + b"end")
    (tmp_path / "source").chmod(0o600)
    change(
        PutFile("/opt/new/deep/file", tmp_path / "source", 0o4755, 1000, 70_000),
        MakeDirectory("/data", 0o1777, 990, 991),
        MakeDirectory("/root", 0o750, 0, 5),
        Symlink("/bin/python3", "python3.13"),
        Symlink("/var/long", "/" + "x/" * 500),
        Symlink('/opt/a "b"', "a target"),
        PutFile("/etc/resolv.conf", b"instead of a link"),
        Symlink("/etc/hostname", "/data/hostname"),
        PutFile("/opt/tree/one", b"1"),
        Delete("/opt/tree"),
        PutFile("/opt/tree", b"a file now"),
        Delete("/etc/rpi-issue"),
        Delete("/not/there"),
    )
    volumes.check_ext4(root)
    tree = Ext4Tree(Debugfs(root, TIME_S))
    assert node(root, "/opt/new/deep/file") == Node(0o104755, 1000, 70_000, 10_003)
    assert node(root, "/opt/new/deep") == Node(0o040755, 0, 0)
    assert node(root, "/data") == Node(0o041777, 990, 991)
    assert node(root, "/root") == Node(0o040750, 0, 5)
    assert tree.target("/usr/bin/python3") == "python3.13"
    assert tree.target("/var/long") == "/" + "x/" * 500
    assert tree.target('/opt/a "b"') == "a target"
    found = files(root)
    assert found.read("/opt/new/deep/file") == b"\0" * 10_000 + b"end"
    assert found.read("/etc/resolv.conf") == b"instead of a link"
    assert found.read("/opt/tree") == b"a file now"
    assert tree.entries("/etc")["hostname"].is_link
    assert not found.exists("/etc/rpi-issue")


def test_changes_go_through_links_that_earlier_ones_made(
    root: Path, change: Callable[..., None]
) -> None:
    change(
        MakeDirectory("/data/etc"),
        Symlink("/etc/latentpad", "/data/etc"),
        PutFile("/etc/latentpad/file", b"x"),
    )
    assert files(root).read("/data/etc/file") == b"x"


def test_new_inodes_have_the_image_s_time(
    root: Path, change: Callable[..., None], volumes: ModuleType
) -> None:
    change(PutFile("/new/file", b"x"), Symlink("/new/link", "file"))
    for path in ("/new", "/new/file", "/new/link"):
        told = volumes.call("debugfs", "-R", f"stat {path}", root)
        assert told.count("2023") == 4, told


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([PutFile("etc/relative", b"")], "not an absolute path"),
        ([Delete("/")], "not an absolute path"),
        ([PutFile("/etc/..", b"")], "not an absolute path"),
        ([PutFile("/etc", b"")], "/etc: is a directory"),
        ([MakeDirectory("/etc/fstab")], "is a file or a link"),
        ([PutFile("/etc/fstab/below", b"")], "/etc/fstab is not a directory"),
        ([PutFile("/etc/fstab/far/below", b"")], "/etc/fstab is not a directory"),
        ([PutFile("/etc/x", b"", mode=0o100644)], "mode 0100644 is not 0..07777"),
        ([PutFile("/etc/x", Path("/does/not/exist"))], "/does/not/exist: No such file"),
        ([PutFile("/etc/x", Path("/tmp"))], "/tmp: not a file"),
        ([PutFile("/etc/new\nline", b"")], "control characters"),
        ([Symlink("/etc/<7>", "x")], "cannot be in a path"),
    ],
)
def test_what_is_refused_changes_nothing(
    root: Path, change: Callable[..., None], changes: list[Change], reason: str
) -> None:
    before = root.read_bytes()
    with pytest.raises(ChangeRefusedError, match=reason):
        change(PutFile("/first", b"is fine"), *changes)
    assert root.read_bytes() == before


def test_a_full_file_system_is_an_error(root: Path, change: Callable[..., None]) -> None:
    with pytest.raises(Ext4Error, match="root: "):
        change(PutFile("/big", b"x" * (40 << 20)))


def test_not_ext4(tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(4096))
    with pytest.raises(Ext4Error, match="no ext4"):
        read_superblock(tmp_path / "zeros")
    with pytest.raises(Ext4Error, match="zeros"):
        edit(Debugfs(tmp_path / "zeros", TIME_S), [PutFile("/x", b"")])


def test_room_is_made_for_what_is_needed(
    root: Path, change: Callable[..., None], volumes: ModuleType
) -> None:
    many = [PutFile(f"/opt/many/{number:05}", b"x" * 20_000) for number in range(2200)]
    found = read_superblock(root)
    blocks, inodes = ext4_space.needed(many, found.block_bytes)
    assert blocks > found.free_blocks
    assert inodes > found.free_inodes
    size = ext4_space.grown_bytes(found, blocks, inodes, free_bytes=10 << 20)
    ext4_space.grow_to(root, size, TIME_S)
    change(*many)
    volumes.check_ext4(root)
    after = read_superblock(root)
    assert after.free_blocks * after.block_bytes > 10 << 20
    assert root.stat().st_size == after.size_bytes == size


def test_what_has_room_does_not_grow(root: Path) -> None:
    found = read_superblock(root)
    assert ext4_space.grown_bytes(found, 10, 10, free_bytes=0) == found.size_bytes


def test_only_free_blocks_do_not_matter(
    root: Path, volumes: ModuleType, fill_gaps: Callable[..., None], tmp_path: Path
) -> None:
    """Groups that were never used, too: their tables are not written, but they are looked at."""
    ext4_space.grow_to(root, 300 << 20, TIME_S)
    before = everything(volumes, root, tmp_path / "one")
    extents = list(ext4_space.used_extents(root))
    assert sum(end - start for start, end in extents) < 40 << 20
    fill_gaps(root, extents)
    volumes.check_ext4(root)
    assert everything(volumes, root, tmp_path / "two") == before


def test_damage_is_found(root: Path) -> None:
    with root.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 30)
    with pytest.raises(ProgramFailedError, match="e2fsck"):
        ext4_space.check(root, TIME_S)
