"""The same on real block devices of the kernel: loop devices, which only root may make."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sdcard.__main__ import main

MakeDisk = Callable[..., Path]


def run(*words: str | Path) -> str:
    return subprocess.run(
        words, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


@pytest.fixture
def make_loop(make_disk: MakeDisk) -> Iterator[Callable[[int], Path]]:
    """Makes a loop device over a file of old data; read only on request."""
    if os.geteuid() != 0 or not shutil.which("losetup"):
        pytest.skip("loop devices need root and losetup")
    made: list[Path] = []

    def make(size: int = 5 << 20, *options: str) -> Path:
        try:
            path = run("losetup", "--find", "--show", *options, make_disk(size))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no loop device here: {error.stderr.strip()}")
        made.append(Path(path))
        return made[-1]

    yield make
    for path in made:
        run("losetup", "--detach", path)


def flash(image: Path, disk: Path, *options: str) -> int:
    return main(["flash", str(image), str(disk), *options])


def test_a_block_device_gets_the_image(
    mapped_image: Path, make_loop: Callable[..., Path], tmp_path: Path
) -> None:
    disk = make_loop()
    assert flash(mapped_image, disk, "--force", disk.name) == 0
    below, expected = (tmp_path / "disk").read_bytes(), mapped_image.read_bytes()
    for start, end in ((0, 8), (64, 300), (1024, 2048)):
        part = slice(start << 10, end << 10)
        assert below[part] == expected[part]


def test_it_is_read_back_from_the_medium_and_not_from_memory(
    image: Path, make_loop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The medium changes behind the kernel's back: only a real read can notice."""
    disk = make_loop()
    from sdcard.flash_target import Target

    sync = Target.sync

    def sync_and_spoil(self: Target) -> None:
        sync(self)
        with (tmp_path / "disk").open("r+b") as file:
            file.seek(1 << 20)
            if file.read(1) != b"\x11":  # the image has come
                file.seek(1 << 20)
                file.write(b"spoilt")
                file.flush()
                os.fsync(file.fileno())

    monkeypatch.setattr(Target, "sync", sync_and_spoil)
    assert flash(image, disk, "--force", disk.name) == 1
    assert (tmp_path / "disk").read_bytes()[:4096] == bytes(4096)


def test_without_force_it_is_refused_and_force_wants_its_own_name(
    image: Path, make_loop: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = make_loop()
    assert flash(image, disk) == 1
    assert "it is not a card or removable disk; if you are sure" in capsys.readouterr().err
    assert flash(image, disk, "--force", "sda") == 1
    assert f"its name is {disk.name}, but --force says sda" in capsys.readouterr().err
    assert (tmp_path / "disk").read_bytes()[0] == 0x11


def test_a_short_or_locked_device(
    image: Path, make_loop: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    short = make_loop(1 << 20)
    assert flash(image, short, "--force", short.name) == 1
    assert "too small: it ends at 1048576" in capsys.readouterr().err
    locked = make_loop(5 << 20, "--read-only")
    assert flash(image, locked, "--force", locked.name) == 1
    assert "write protected" in capsys.readouterr().err


def test_a_mounted_device_is_refused(
    image: Path,
    make_loop: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not shutil.which("mkfs.ext4"):
        pytest.skip("mkfs.ext4 is not installed")
    disk, place = make_loop(8 << 20), tmp_path / "mounted"
    run("mkfs.ext4", "-q", disk)
    place.mkdir()
    try:
        run("mount", disk, place)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"nothing can be mounted here: {error.stderr.strip()}")
    try:
        assert flash(image, disk) == 1
        assert f"it is mounted at {place}" in capsys.readouterr().err
    finally:
        run("umount", place)


def test_the_list_shows_it_with_what_speaks_against(
    make_loop: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    disk = make_loop()
    assert main(["disks", "--all", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    record = next(record for record in records if record["path"] == str(disk))
    assert record["size"] == 5 << 20
    assert record["refusals"] == ["it is not a card or removable disk"]
    assert main(["disks"]) == 0
    assert str(disk) not in capsys.readouterr().out
