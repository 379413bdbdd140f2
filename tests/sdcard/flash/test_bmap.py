"""Block maps: made, read, refused, and compared with those of bmap-tools where it is installed."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.__main__ import main
from sdcard.bmap import Extent, parse_bmap, read_bmap
from sdcard.bmap_create import create_bmap
from sdcard.flash_errors import BmapError, ImageUnusableError

HASH = "ab" * 32
RANGES = f'<Range chksum="{HASH}"> 0-1 </Range><Range chksum="{HASH}"> 3 </Range>'


def document(ranges: str = RANGES, version: str = "2.0", **fields: object) -> bytes:
    """A map of 5 blocks, the last of them 100 bytes, with a hash of its own that is right."""
    values = {
        "ImageSize": 4 * 4096 + 100, "BlockSize": 4096, "BlocksCount": 5, "MappedBlocksCount": 3,
        "ChecksumType": "sha256", "BmapFileChecksum": "0" * 64,
    } | fields  # fmt: skip
    body = "".join(f"<{name}> {value} </{name}>" for name, value in values.items())
    text = f'<?xml version="1.0" ?><bmap version="{version}">{body}'
    return sealed(f"{text}<BlockMap>{ranges}</BlockMap></bmap>".encode())


def sealed(data: bytes) -> bytes:
    return data.replace(b"0" * 64, hashlib.sha256(data).hexdigest().encode())


def test_what_a_map_tells() -> None:
    bmap = parse_bmap(document())
    assert (bmap.image_size, bmap.hash_name) == (16484, "sha256")
    assert bmap.extents == (Extent(0, 8192, HASH), Extent(12288, 16384, HASH))
    assert bmap.mapped_bytes == 12288


def test_the_last_block_ends_with_the_image() -> None:
    bmap = parse_bmap(document(f'<Range chksum="{HASH}"> 4 </Range>', MappedBlocksCount=1))
    assert bmap.extents == (Extent(16384, 16484, HASH),)


def one(blocks: str, chksum: str = HASH) -> str:
    return f'<Range chksum="{chksum}"> {blocks} </Range>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not XML"),
        (b"\xff\xfe<", "not text"),
        (b"<html/>", "no block map"),
        (b"<!DOCTYPE bmap [<!ENTITY a 'b'>]><bmap/>", "document type"),
        (document(version="1.3"), "version '1.3'"),
        (document(version="3.0"), "version '3.0'"),
        (document().replace(b"<BlockSize> 4096 </BlockSize>", b""), "has 0 elements BlockSize"),
        (
            document().replace(b"<BlockMap>", b"<BlockSize>1</BlockSize><BlockMap>"),
            "has 2 elements",
        ),
        (document().replace(b"16484", b"16485"), "does not have its own BmapFileChecksum"),
        (document(BmapFileChecksum="zz"), "BmapFileChecksum is not"),
        (document(ChecksumType="md5"), "ChecksumType 'md5'"),
        (document(BlockSize=3000), "BlockSize 3000"),
        (document(BlockSize=-4096), "BlockSize '-4096' is not a whole number"),
        (document(BlocksCount=6), "BlocksCount is not 5"),
        (document(MappedBlocksCount=4), "the ranges have 3 blocks"),
        (document(ImageSize="1e4"), "ImageSize '1e4'"),
        (document(one("0-5"), MappedBlocksCount=6), "not within the image's blocks 0..4"),
        (document(one("2-1")), "not within"),
        (document(one("1-")), "is not FIRST-LAST"),
        (document(one("-1")), "is not FIRST-LAST"),
        (document(one("0-1") + one("1-2"), MappedBlocksCount=4), "range 1 begins before"),
        (document(one("3") + one("0"), MappedBlocksCount=2), "range 0 begins before"),
        (document(one("0", "abc"), MappedBlocksCount=1), "chksum 'abc' is not a sha256"),
        (document("<Hole> 1 </Hole>"), "holds <Hole>"),
    ],
)
def test_a_bad_map_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BmapError, match=re.escape(reason)) as caught:
        parse_bmap(data, "card.bmap")
    assert str(caught.value).startswith("card.bmap: ")


@given(at=st.integers(0, len(document()) - 1), bits=st.integers(1, 255))
def test_any_changed_byte_is_noticed_or_harmless(at: int, bits: int) -> None:
    data = bytearray(document())
    data[at] ^= bits
    with pytest.raises(BmapError):
        parse_bmap(bytes(data))


@given(st.binary(max_size=300))
def test_anything_else_is_a_typed_error(data: bytes) -> None:
    with pytest.raises(BmapError):
        parse_bmap(b'<bmap version="2.0">' + data)


def test_a_missing_map_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(BmapError, match="No such file"):
        read_bmap(tmp_path / "card.bmap")


def test_holes_are_left_out_and_the_rest_is_hashed(image: Path) -> None:
    bmap = parse_bmap(create_bmap(image))
    data = image.read_bytes()
    assert bmap.image_size == len(data)
    assert 0 < bmap.mapped_bytes < len(data) / 2
    kept = bytearray(len(data))
    for extent in bmap.extents:
        part = data[extent.start : extent.end]
        assert hashlib.sha256(part).hexdigest() == extent.digest
        kept[extent.start : extent.end] = part
    assert kept == data


@pytest.mark.parametrize("size", [0, 1, 4096, 4097])
def test_maps_of_small_files_can_be_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "small.img"
    path.write_bytes(b"x" * size)
    assert parse_bmap(create_bmap(path)).mapped_bytes == size


def test_an_image_of_nothing_but_hole(tmp_path: Path) -> None:
    path = tmp_path / "hole.img"
    with path.open("wb") as file:
        file.truncate(1 << 20)
    assert parse_bmap(create_bmap(path)).extents == ()


def test_the_command_writes_beside_the_image(
    image: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bmap", str(image)]) == 0
    assert read_bmap(image.with_name("card.img.bmap")).image_size == image.stat().st_size
    assert "card.img.bmap: 1.3 MB of 4.2 MB hold data" in capsys.readouterr().out
    assert main(["bmap", str(image), "-o", str(image / "x")]) == 1
    assert "Not a directory" in capsys.readouterr().err


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImageUnusableError, match="No such file"):
        create_bmap(tmp_path / "nothing.img")


@pytest.mark.skipif(not shutil.which("bmaptool"), reason="bmaptool is not installed")
def test_bmaptool_makes_the_same_map_and_copies_by_ours(
    image: Path, tmp_path: Path, make_disk: Callable[..., Path]
) -> None:
    theirs, ours = tmp_path / "theirs.bmap", tmp_path / "ours.bmap"
    subprocess.run(["bmaptool", "create", image, "-o", theirs], check=True, capture_output=True)
    assert parse_bmap(theirs.read_bytes()) == parse_bmap(create_bmap(image))
    ours.write_bytes(create_bmap(image))
    copy = tmp_path / "copy.img"
    subprocess.run(
        ["bmaptool", "copy", "--bmap", ours, image, copy], check=True, capture_output=True
    )
    assert copy.read_bytes() == image.read_bytes()
