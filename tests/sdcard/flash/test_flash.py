"""Images go to disks whole, or leave no partition table; here a file stands for the disk."""

from __future__ import annotations

import gzip
import itertools
import lzma
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard import flash as flash_module
from sdcard.__main__ import main
from sdcard.bmap import parse_bmap
from sdcard.flash_target import Target
from sdcard.image.mbr import MasterBootRecord, Partition, mbr_bytes

OLD = 0x11  # what was on the disk before
FIRST = 4096

MakeDisk = Callable[..., Path]
Streams = pytest.CaptureFixture[str]


def compress(image: Path, kind: str) -> Path:
    path = image.with_name(f"card.img.{kind}")
    match kind:
        case "gz":
            path.write_bytes(gzip.compress(image.read_bytes(), 1))
        case "xz":
            path.write_bytes(lzma.compress(image.read_bytes(), preset=0))
        case "zst":
            if not shutil.which("zstd"):
                pytest.skip("zstd is not installed")
            subprocess.run(["zstd", "-q", image, "-o", path], check=True)
    return path


def flash(image: Path, disk: Path, *options: str) -> int:
    return main(["flash", str(image), str(disk), "--force", disk.name, *options])


def is_unusable(disk: Path, old_size: int = 5 << 20) -> bool:
    """No partition table, and a disk that is still as large."""
    data = disk.read_bytes()
    return data[:FIRST] == bytes(FIRST) and len(data) == old_size


def is_untouched(disk: Path) -> bool:
    data = disk.read_bytes()
    return data.count(OLD) == len(data) - 2


def test_every_byte_is_written_without_a_map(image: Path, make_disk: MakeDisk) -> None:
    disk = make_disk()
    assert flash(image, disk) == 0
    data, expected = disk.read_bytes(), image.read_bytes()
    assert data[: len(expected)] == expected
    assert set(data[len(expected) :]) == {OLD}


@pytest.mark.parametrize("kind", ["img", "gz", "xz", "zst"])
def test_only_mapped_blocks_are_written_with_a_map(
    mapped_image: Path, make_disk: MakeDisk, kind: str, capsys: Streams
) -> None:
    disk, expected = make_disk(), mapped_image.read_bytes()
    bmap = parse_bmap(mapped_image.with_name("card.img.bmap").read_bytes())
    path = compress(mapped_image, kind) if kind != "img" else mapped_image
    assert flash(path, disk) == 0
    data, position = disk.read_bytes(), 0
    for extent in bmap.extents:
        assert set(data[position : extent.start]) <= {OLD}
        assert data[extent.start : extent.end] == expected[extent.start : extent.end]
        position = extent.end
    assert set(data[position:]) == {OLD}
    assert "4.2 MB image, 1.3 MB written and read back" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["gz", "xz", "zst"])
def test_a_compressed_image_without_a_map(image: Path, make_disk: MakeDisk, kind: str) -> None:
    disk = make_disk()
    assert flash(compress(image, kind), disk, "--no-bmap") == 0
    assert disk.read_bytes().startswith(image.read_bytes())


def test_a_disk_without_its_name_is_not_touched(
    image: Path, make_disk: MakeDisk, capsys: Streams
) -> None:
    disk = make_disk()
    assert main(["flash", str(image), str(disk)]) == 1
    assert flash(image, disk, "--force", "other") == 1
    assert is_untouched(disk)
    said = capsys.readouterr().err
    assert "it is a file, not a card" in said
    assert said.count("nothing was written") >= 2


def test_a_short_disk_is_refused_before_it_is_touched(
    image: Path, make_disk: MakeDisk, capsys: Streams
) -> None:
    disk = make_disk(1 << 20)
    assert main(["flash", str(image), str(disk)]) == 1
    assert "it is too small: it has 1048576 bytes, the image 4194816" in capsys.readouterr().err
    assert flash(image, disk) == 1  # nor can it be forced
    assert "it ends at 1048576 bytes, the image goes on to 4194816" in capsys.readouterr().err
    assert is_untouched(disk)


def test_a_short_disk_that_a_compressed_image_runs_into(
    image: Path, make_disk: MakeDisk, capsys: Streams
) -> None:
    disk = make_disk(1 << 20)
    assert flash(compress(image, "gz"), disk) == 1
    said = capsys.readouterr().err
    assert "too small: it ends at 1048576 bytes" in said
    assert f"{disk} cannot be used until it is flashed again: it has no partition table" in said
    assert is_unusable(disk, 1 << 20)


def test_a_map_lets_a_smaller_disk_be_forced(mapped_image: Path, make_disk: MakeDisk) -> None:
    disk = make_disk(2 << 20)  # the last 2 MiB of the image are a hole
    assert flash(mapped_image, disk) == 0
    assert disk.read_bytes()[: 8 << 10] == mapped_image.read_bytes()[: 8 << 10]
    assert disk.stat().st_size == 2 << 20


def test_an_image_that_is_not_the_maps(
    mapped_image: Path, make_disk: MakeDisk, capsys: Streams
) -> None:
    with mapped_image.open("r+b") as file:
        file.seek(1500 << 10)
        file.write(b"changed")
    disk = make_disk()
    assert flash(mapped_image, disk) == 1
    said = capsys.readouterr().err
    assert "bytes 1048576..2097151 are not those of the block map" in said
    assert is_unusable(disk)


def test_a_change_in_the_first_block_is_noticed_too(
    mapped_image: Path, make_disk: MakeDisk
) -> None:
    with mapped_image.open("r+b") as file:
        file.write(b"changed")
    disk = make_disk()
    assert flash(mapped_image, disk) == 1
    assert is_unusable(disk)


@pytest.mark.parametrize("change", [-512, 512])
def test_an_image_of_another_length_is_refused_untouched(
    mapped_image: Path, make_disk: MakeDisk, change: int, capsys: Streams
) -> None:
    os.truncate(mapped_image, mapped_image.stat().st_size + change)
    disk = make_disk()
    assert flash(mapped_image, disk) == 1
    assert "but its block map is of an image of 4194816" in capsys.readouterr().err
    assert is_untouched(disk)


@pytest.mark.parametrize("size", [1 << 20, (4 << 20) + 100, 5 << 20])
def test_a_compressed_image_of_another_length(
    mapped_image: Path, make_disk: MakeDisk, size: int
) -> None:
    os.truncate(mapped_image, size)
    disk = make_disk(6 << 20)
    assert flash(compress(mapped_image, "gz"), disk) == 1
    assert is_unusable(disk, 6 << 20)


def test_a_damaged_map_is_refused_untouched(
    mapped_image: Path, make_disk: MakeDisk, capsys: Streams
) -> None:
    path = mapped_image.with_name("card.img.bmap")
    path.write_bytes(path.read_bytes().replace(b"4194816", b"4194817"))
    disk = make_disk()
    assert flash(mapped_image, disk) == 1
    assert "does not have its own BmapFileChecksum" in capsys.readouterr().err
    assert is_untouched(disk)


@pytest.mark.parametrize("kind", ["gz", "xz", "zst"])
def test_a_compressed_image_cut_short(
    image: Path, make_disk: MakeDisk, kind: str, capsys: Streams
) -> None:
    path = compress(image, kind)
    os.truncate(path, path.stat().st_size - 20)
    disk = make_disk()
    assert flash(path, disk) == 1
    assert "damaged or cut short" in capsys.readouterr().err
    assert is_unusable(disk)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no partition table in it"),
        (b"\x00" * 8192, "no partition table in it"),
        (b"PK\x03\x04" + bytes(1000), "a zip archive; unpack it"),
        (b"\x1f\x8b garbage", "damaged or cut short"),
        (b"\xfd7zXZ\x00 garbage", "damaged or cut short"),
    ],
)
def test_what_is_no_image_is_refused_untouched(
    tmp_path: Path, make_disk: MakeDisk, data: bytes, reason: str, capsys: Streams
) -> None:
    path = tmp_path / "other.img"
    path.write_bytes(data)
    disk = make_disk()
    assert flash(path, disk) == 1
    assert reason in capsys.readouterr().err
    assert is_untouched(disk)


def test_a_missing_image_a_missing_disk(
    image: Path, make_disk: MakeDisk, tmp_path: Path, capsys: Streams
) -> None:
    assert flash(tmp_path / "no.img", make_disk()) == 1
    assert flash(image, tmp_path / "no-disk") == 1
    assert capsys.readouterr().err.count("No such file or directory") == 2


def test_zstandard_without_a_decoder(
    tmp_path: Path, make_disk: MakeDisk, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    path = tmp_path / "card.img.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    monkeypatch.setattr("sdcard.flash_source.shutil.which", lambda name: None)
    monkeypatch.setitem(__import__("sys").modules, "compression.zstd", None)
    disk = make_disk()
    assert flash(path, disk) == 1
    assert "install the package zstd" in capsys.readouterr().err
    assert is_untouched(disk)


# --- the disk lies, or somebody interrupts ---


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done to the disk, in order."""
    done: list[str] = []
    write, sync, forget, read = Target.write, Target.sync, Target.forget, Target.read

    def spy_write(self: Target, data: bytes, position: int) -> None:
        done.append("erase" if position == 0 and not any(data) else f"write {position}")
        write(self, data, position)

    def spy(name: str, method: Callable[..., object]) -> Callable[..., object]:
        def call(self: Target, *arguments: int) -> object:
            done.append(name)
            return method(self, *arguments)

        return call

    monkeypatch.setattr(Target, "write", spy_write)
    monkeypatch.setattr(Target, "sync", spy("sync", sync))
    monkeypatch.setattr(Target, "forget", spy("forget", forget))
    monkeypatch.setattr(Target, "read", spy("read", read))
    return done


def test_the_first_block_is_erased_first_and_written_last(
    mapped_image: Path, make_disk: MakeDisk, order: list[str]
) -> None:
    assert flash(mapped_image, make_disk()) == 0
    short = [name for name, _ in itertools.groupby(word.split(" ")[0] for word in order)]
    assert short == [
        "erase", "sync", "write", "sync", "forget", "read", "write", "sync", "forget", "read",
    ]  # fmt: skip
    assert order.index("write 4096") == 2
    assert order.index("write 0") > len(order) - 5


@pytest.mark.parametrize("position", [8191, 70_000, 2_000_000])
def test_a_byte_that_comes_back_wrong(
    mapped_image: Path,
    make_disk: MakeDisk,
    monkeypatch: pytest.MonkeyPatch,
    position: int,
    capsys: Streams,
) -> None:
    read = Target.read

    def lie(self: Target, count: int, start: int) -> bytes:
        data = bytearray(read(self, count, start))
        if start <= position < start + count:
            data[position - start] ^= 1
        return bytes(data)

    monkeypatch.setattr(Target, "read", lie)
    disk = make_disk()
    assert flash(mapped_image, disk) == 1
    assert "gave back other bytes than were written" in capsys.readouterr().err
    assert is_unusable(disk)


def test_a_first_block_that_comes_back_wrong_is_erased_again(
    image: Path, make_disk: MakeDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Target.read
    monkeypatch.setattr(
        Target,
        "read",
        lambda self, count, start: read(self, count, start) if start else bytes(count),
    )
    disk = make_disk()
    assert flash(image, disk) == 1
    assert is_unusable(disk)


def test_a_disk_that_fails_while_it_is_written(
    image: Path, make_disk: MakeDisk, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    pwrite = os.pwrite

    def fail(fd: int, data: bytes, position: int) -> int:
        if position > 1 << 20:
            raise OSError(5, "Input/output error")
        return pwrite(fd, data, position)

    monkeypatch.setattr("sdcard.flash_target.os.pwrite", fail)
    disk = make_disk()
    assert flash(image, disk) == 1
    said = capsys.readouterr().err
    assert "Input/output error; the card or its reader is faulty, or was pulled out" in said
    assert is_unusable(disk)


def interrupt_at(
    monkeypatch: pytest.MonkeyPatch, stage: str, number: signal.Signals = signal.SIGINT
) -> None:
    """Send the signal in the middle of a stage; of "last" while block 0 is being written."""
    write = Target.write

    def tell(self: object, now: str, done: int, fraction: float) -> None:
        if now == stage and fraction > 0.5:
            os.kill(os.getpid(), number)

    def spy(self: Target, data: bytes, position: int) -> None:
        write(self, data, position)
        if position == 0 and any(data):
            os.kill(os.getpid(), number)

    monkeypatch.setattr("sdcard.flash_cli.ProgressBar.__call__", tell)
    if stage == "last":
        monkeypatch.setattr(Target, "write", spy)


@pytest.mark.parametrize("stage", [flash_module.WRITING, flash_module.VERIFYING, "last"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_no_partition_table_and_says_so(
    mapped_image: Path,
    make_disk: MakeDisk,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    number: signal.Signals,
    capsys: Streams,
) -> None:
    interrupt_at(monkeypatch, stage, number)
    disk = make_disk()
    before = signal.getsignal(signal.SIGTERM)
    assert flash(mapped_image, disk) == 130
    assert "cannot be used until it is flashed again" in capsys.readouterr().err
    assert is_unusable(disk)
    assert signal.getsignal(signal.SIGTERM) == before
    monkeypatch.undo()
    assert flash(mapped_image, disk) == 0  # and flashing again puts it right
    assert disk.read_bytes()[:FIRST] == mapped_image.read_bytes()[:FIRST]


def test_pieces_are_verified_apart(
    image: Path, make_disk: MakeDisk, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    monkeypatch.setattr(flash_module, "PIECE", 1 << 20)
    read = Target.read
    monkeypatch.setattr(
        Target,
        "read",
        lambda self, count, start: b"?" * count if start >> 20 == 2 else read(self, count, start),
    )
    assert flash(image, make_disk()) == 1
    assert "in 2097152..3145727:" in capsys.readouterr().err


def test_a_card_must_hold_the_partitions_even_if_the_image_leaves_out_their_end(
    image: Path, make_disk: MakeDisk, capsys: Streams
) -> None:
    disk = make_disk()
    record = MasterBootRecord(1, (Partition(1, 0x0C, 8, disk.stat().st_size // 512),))
    with image.open("r+b") as file:
        file.write(mbr_bytes(record))
    assert main(["flash", str(image), str(disk)]) == 1
    needed = disk.stat().st_size + 8 * 512
    assert f"it has {disk.stat().st_size} bytes, the image {needed}" in capsys.readouterr().err
    assert is_untouched(disk)
    assert flash(image, disk) == 0  # forced: the card has room for the bytes
