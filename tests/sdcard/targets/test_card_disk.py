"""Cards by their device or image file: found, refused, mounted, and always unmounted again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device import shelf
from sdcard.__main__ import main
from sdcard.image.layout import PACKS, STATE
from sdcard.targets import errors, mounting
from sdcard.targets.card_disk import find_partition
from sdcard.targets.mounting import mounted

MakePack = Callable[..., Path]
Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[3]
MIB = 1 << 20
STATE_AT, PACKS_AT, PACKS_SIZE = 12 * MIB, 28 * MIB, 4 * MIB  # see card_image.py
TYPE_AT = 446 + 2 * 16 + 4  # of the third partition, in the MBR
LABEL_AT = 1024 + 120  # s_volume_name
is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


@pytest.fixture
def card(card_images: ModuleType, tmp_path: Path) -> Path:
    """An image whose state is an ext4 file system; in the place of the packs there is nothing."""
    path = tmp_path / "card.img"
    card_images.make_card(path)
    return path


# This machine's kernel may have no FAT: what is asked for is written down, and a folder is mounted.
FAKE_MOUNT = """#!/bin/sh
echo "$0 $@" >> {log}
for folder; do :; done
[ -z "{trouble}" ] || {{ echo "mount: $folder: {trouble}" >&2; exit 32; }}
exec {mount} --bind {there} "$folder"
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a mount program; gives the folder that it mounts."""
    there, real = tmp_path / "on the card", shutil.which("mount")
    there.mkdir()

    def make(trouble: str = "") -> Path:
        program = tmp_path / "bin/mount"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            FAKE_MOUNT.format(log=tmp_path / "log", trouble=trouble, mount=real, there=f"'{there}'")
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return there

    return make


def leftovers() -> list[str]:
    """Mounts and folders of ours."""
    mounts = Path("/proc/self/mountinfo").read_text()
    return [path.name for path in Path("/tmp").glob("latentpad-card-*")] + [
        line for line in mounts.splitlines() if "latentpad-card-" in line
    ]


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> object:
    before = leftovers()
    yield
    assert leftovers() == before


def test_a_partition_is_found(card: Path) -> None:
    found = find_partition(card, PACKS)
    assert (found.offset, found.size) == (PACKS_AT, PACKS_SIZE)


def test_the_free_end_that_an_image_leaves_out_is_added(card: Path) -> None:
    os.truncate(card, PACKS_AT + MIB)
    assert find_partition(card, PACKS).size == PACKS_SIZE
    assert card.stat().st_size == PACKS_AT + PACKS_SIZE


def write(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda card: write(card, TYPE_AT, b"\x82"), "or their types are others"),
        (lambda card: write(card, TYPE_AT + 16, b"\0"), "has no partition 4"),
        (lambda card: write(card, 510, b"xx"), "no partition table"),
        (lambda card: write(card, STATE_AT + LABEL_AT, b"other\0"), "called 'other'"),
        (lambda card: os.truncate(card, 28 * MIB), "cut short"),
        (lambda card: os.truncate(card, 100), "no partition table"),
        (lambda card: card.unlink(), "No such file"),
    ],
)
def test_what_is_no_card(card: Path, change: Callable[[Path], object], words: str) -> None:
    change(card)
    with pytest.raises(errors.NotACardError, match=words) as caught:
        find_partition(card, PACKS)
    assert str(card) in str(caught.value)


def machine(tmp_path: Path, card: Path, *, removable: int = 1, mount: str = "") -> Path:
    """/sys and /proc of a machine with a disk sdz, a link to the image in the place of its node."""
    disk = tmp_path / "root/sys/block/sdz"
    (disk / "sdz4").mkdir(parents=True)
    (disk / "sdz4/partition").write_text("4\n")
    (disk / "sdz4/dev").write_text("8:4\n")
    facts = {"size": card.stat().st_size // 512, "removable": removable, "ro": 0, "dev": "8:0"}
    for name, value in facts.items():
        (disk / name).write_text(f"{value}\n")
    (tmp_path / "root/proc/self").mkdir(parents=True)
    line = f"36 35 8:4 / {mount} rw,noatime - vfat /dev/sdz4 rw\n" if mount else ""
    (tmp_path / "root/proc/self/mountinfo").write_text(line)
    return tmp_path / "root"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"mount": "/media/me/PACKS"}, "mounted at /media/me/PACKS; name that folder"),
        ({"mount": "/"}, "this machine runs from it"),
        ({"removable": 0}, "not a card or removable disk"),
    ],
)
def test_disks_that_are_refused(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, object], words: str
) -> None:
    root = machine(tmp_path, card, **how)  # type: ignore[arg-type]
    monkeypatch.setattr("stat.S_ISREG", lambda mode: False)
    monkeypatch.setattr("stat.S_ISBLK", lambda mode: True)
    node = tmp_path / "sdz"
    node.symlink_to(card)
    monkeypatch.setattr(Path, "resolve", lambda path, strict=False: path)
    with pytest.raises(errors.TargetRefusedError, match=words):
        find_partition(node, PACKS, root)


def test_an_image_that_is_in_use_is_refused(card: Path, tmp_path: Path) -> None:
    loop = tmp_path / "root/sys/block/loop9"
    (loop / "loop").mkdir(parents=True)
    (loop / "size").write_text("99")
    (loop / "loop/backing_file").write_text(f"{card}\n")
    with pytest.raises(errors.TargetRefusedError, match="in use by loop9"):
        find_partition(card, PACKS, tmp_path / "root")


@is_root
def test_packs_by_the_image_of_a_card(
    card: Path, fake: Callable[..., Path], make_pack: MakePack, tmp_path: Path, capsys: Capture
) -> None:
    there = fake()
    assert main(["install", str(make_pack("One")), str(card)]) == 0
    assert capsys.readouterr().out.endswith(f"it is One on {card}\n")
    assert [one.name for one in shelf.look(there).packs] == ["One"]
    assert main(["list", str(card)]) == 0
    assert main(["verify", str(card)]) == 0
    assert main(["remove", "One", str(card)]) == 0
    assert list(there.iterdir()) == []
    asked = (tmp_path / "log").read_text().splitlines()
    assert len(asked) == 4
    where = f"loop,offset={PACKS_AT},sizelimit={PACKS_SIZE} {card} "
    assert f"mount -t vfat -o nosuid,nodev,noexec,noatime,utf8,{where}" in asked[0]


@is_root
def test_an_error_of_mount_is_told(card: Path, fake: Callable[..., Path], capsys: Capture) -> None:
    fake("wrong fs type, bad option")
    assert main(["list", str(card)]) == 1
    said = capsys.readouterr().err
    assert "mount failed: mount: " in said
    assert said.endswith("wrong fs type, bad option [MountError]\n")


@is_root
def test_an_error_inside_unmounts_too(
    card: Path, fake: Callable[..., Path], capsys: Capture
) -> None:
    fake()
    assert main(["remove", "tuba", str(card)]) == 1
    assert capsys.readouterr().err.endswith("[NoSuchPackError]\n")


@is_root
def test_the_state_is_an_ext4_and_is_really_mounted(card: Path) -> None:
    for number in range(2):
        try:
            with mounted(find_partition(card, STATE)) as folder:
                assert (folder / "lost+found").is_dir()
                assert len(list(folder.iterdir())) == 1 + number
                (folder / "mine").write_text("kept")
        except errors.MountError as error:
            pytest.skip(f"no loop devices here: {error}")


@is_root
def test_a_folder_that_is_in_use_is_told(
    card: Path, fake: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake()
    monkeypatch.setattr(mounting, "_BUSY_S", 0.0)
    with (
        pytest.raises(errors.MountError, match="still mounted at"),
        mounted(find_partition(card, PACKS)) as folder,
    ):
        keeping = os.open(folder, os.O_RDONLY)
    os.close(keeping)
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def test_only_root_may(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(errors.NeedsRootError, match="sudo"), mounted(find_partition(card, PACKS)):
        pass


WAIT = """
import sys, time
from sdcard.targets import shelf
def forever(*arguments, on_total, **named):
    on_total(1)
    while True:
        time.sleep(0.01)
shelf.install = forever
from sdcard.__main__ import main
sys.exit(main(["install", "--progress", "json", "pack", sys.argv[1]]))
"""


@is_root
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_stops_it_finds_it_unmounted(
    card: Path, fake: Callable[..., Path], number: signal.Signals
) -> None:
    fake()
    with subprocess.Popen(
        [sys.executable, "-c", WAIT, str(card)], cwd=ROOT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert b"total" in child.stdout.readline()
        assert any("latentpad-card-" in one for one in leftovers())
        for _ in range(3):  # and he is impatient
            child.send_signal(number)
        assert child.wait(30) == 130
