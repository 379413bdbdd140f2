"""Reads block maps, version 2.0 of bmap-tools: which blocks of an image hold data, with hashes.

The format as bmap-tools 3.6 documents it in the files that it writes. A map is read strictly: what
is missing, twice there, out of order or does not add up is a BmapError, never a guess.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from sdcard.flash_errors import BmapError

HASHES = ("sha256", "sha384", "sha512")
LARGEST_FILE = 64 << 20  # bytes; one range takes about 100
LARGEST_BLOCK = 1 << 20  # bytes
FIELDS = ("ImageSize", "BlockSize", "BlocksCount", "MappedBlocksCount", "ChecksumType",
          "BmapFileChecksum", "BlockMap")  # fmt: skip
CHECKSUM = re.compile(rb"(<BmapFileChecksum>\s*)([0-9a-f]+)(\s*</BmapFileChecksum>)")
NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Extent:
    """Bytes of the image that hold data."""

    start: int
    end: int  # exclusive
    digest: str  # hexadecimal, of the map's hash; "" if unknown


@dataclass(frozen=True)
class Bmap:
    """What a map tells of an image."""

    image_size: int  # bytes
    hash_name: str  # one of HASHES
    extents: tuple[Extent, ...]  # ascending, apart from each other

    @property
    def mapped_bytes(self) -> int:
        """Bytes that need to be written."""
        return sum(extent.end - extent.start for extent in self.extents)


def read_bmap(path: Path) -> Bmap:
    """The map in a file; raises BmapError, which names the file and the element."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BmapError(f"{path}: larger than {LARGEST_FILE >> 20} MiB: no block map")
        return parse_bmap(path.read_bytes(), str(path))
    except OSError as error:
        raise BmapError(f"{path}: {error.strerror}") from error


def parse_bmap(data: bytes, name: str = "block map") -> Bmap:
    """The map in the bytes of a file; `name` is what errors call it."""
    fields = _Fields(data, name)
    hash_name = fields.text("ChecksumType")
    if hash_name not in HASHES:
        fields.fail(f"ChecksumType {hash_name!r} is not one of {', '.join(HASHES)}")
    _check_own_hash(data, hash_name, fields.fail)
    size, block = fields.number("ImageSize"), fields.number("BlockSize")
    if not 512 <= block <= LARGEST_BLOCK or block & (block - 1):
        fields.fail(f"BlockSize {block} is not a power of two in 512..{LARGEST_BLOCK}")
    blocks = -(-size // block)
    if fields.number("BlocksCount") != blocks:
        fields.fail(f"BlocksCount is not {blocks}, though ImageSize is {size}")
    ranges = [_range(element, blocks, hash_name, fields.fail) for element in fields.ranges()]
    for (_, last, _), (first, _, _) in pairwise(ranges):
        if first <= last:
            fields.fail(f"range {first} begins before the one before it ends, at {last}")
    mapped = sum(last - first + 1 for first, last, _ in ranges)
    if fields.number("MappedBlocksCount") != mapped:
        fields.fail(f"MappedBlocksCount does not fit: the ranges have {mapped} blocks")
    extents = (
        Extent(first * block, min((last + 1) * block, size), digest)
        for first, last, digest in ranges
    )
    return Bmap(size, hash_name, tuple(extents))


class _Fields:
    """The elements of the file, each exactly once."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        try:
            text = data.decode("utf-8")
            if "<!DOCTYPE" in text or "<!ENTITY" in text:
                self.fail("has a document type, which block maps have not")
            root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
        except UnicodeDecodeError:
            self.fail("not text in UTF-8")
        except ElementTree.ParseError as error:
            self.fail(f"not XML: {error}")
        if root.tag != "bmap":
            self.fail(f"no block map: its root is <{root.tag}>, not <bmap>")
        if not re.fullmatch(r"2\.[0-9]{1,3}", root.get("version", "")):
            self.fail(f"version {root.get('version')!r} is not 2.0: make it with a newer program")
        self._elements = {child.tag: child for child in root}
        counts = [child.tag for child in root]
        for field in FIELDS:
            if counts.count(field) != 1:
                self.fail(f"has {counts.count(field)} elements {field}, not one")

    def fail(self, what: str) -> NoReturn:
        """Raise BmapError."""
        raise BmapError(f"{self._name}: {what}")

    def text(self, field: str) -> str:
        """Text of an element without the space around it."""
        return (self._elements[field].text or "").strip()

    def number(self, field: str) -> int:
        """A whole number, not negative."""
        if not NUMBER.fullmatch(self.text(field)):
            self.fail(f"{field} {self.text(field)!r} is not a whole number")
        return int(self.text(field))

    def ranges(self) -> list[ElementTree.Element]:
        """The <Range> elements."""
        found = list(self._elements["BlockMap"])
        for element in found:
            if element.tag != "Range":
                self.fail(f"BlockMap holds <{element.tag}>; only <Range> is known")
        return found


def _check_own_hash(data: bytes, hash_name: str, fail: Callable[[str], NoReturn]) -> None:
    """The file's hash is that of the file with zeros in its place."""
    found = list(CHECKSUM.finditer(data))
    if len(found) != 1:
        fail("BmapFileChecksum is not a hexadecimal number")
    start, end = found[0].span(2)
    blank = data[:start] + b"0" * (end - start) + data[end:]
    if hashlib.new(hash_name, blank).hexdigest().encode() != found[0][2]:
        fail("damaged: it does not have its own BmapFileChecksum")


def _range(
    element: ElementTree.Element, blocks: int, hash_name: str, fail: Callable[[str], NoReturn]
) -> tuple[int, int, str]:
    """(first block, last block, digest)."""
    text = (element.text or "").strip()
    first, _, last = text.partition("-")
    last = last if "-" in text else first
    if not (NUMBER.fullmatch(first) and NUMBER.fullmatch(last)):
        fail(f"range {text!r} is not FIRST-LAST")
    if not int(first) <= int(last) < blocks:
        fail(f"range {text!r} is not within the image's blocks 0..{blocks - 1}")
    digest = element.get("chksum", "")
    if not re.fullmatch(f"[0-9a-f]{{{2 * hashlib.new(hash_name).digest_size}}}", digest):
        fail(f"range {text!r}: chksum {digest!r} is not a {hash_name}")
    return int(first), int(last), digest
