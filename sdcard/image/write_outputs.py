"""Writes the files of a finished image: itself compressed, its block map, hash and manifest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from device.pack.atomic import write_atomic
from sdcard.bmap_create import create_bmap
from sdcard.flash_errors import FlashError
from sdcard.image.compress import compress, file_digest
from sdcard.image.errors import OutputUnusableError
from sdcard.image.imager_manifest import Digests, manifest
from sdcard.image.recipe import Outputs
from sdcard.image.report import Progress


@dataclass(frozen=True)
class Finished:
    """A finished image, as a file that is not yet where it should be."""

    image: Path
    extents: tuple[tuple[int, int], ...]  # (start, end) in bytes: what belongs on a card
    time_s: int
    url: str  # where it will be found; "": where it is written


def write_outputs(finished: Finished, outputs: Outputs, progress: Progress) -> Digests:
    """Write all, each file whole or not at all, the image first.

    Raises ImageError, and PackWriteError if a file cannot be written.
    """
    extract = ""

    def write_image(file: BinaryIO) -> None:
        nonlocal extract
        extract = compress(finished.image, outputs.compression, file, progress)

    bmap = _bmap(finished)
    write_atomic(outputs.image, write_image)
    digests = Digests(
        finished.image.stat().st_size, extract,
        outputs.image.stat().st_size,
        file_digest(outputs.image) if outputs.compression else extract,
    )  # fmt: skip
    url = finished.url or outputs.image.resolve().as_uri()
    side_files = {
        outputs.bmap: bmap,
        outputs.checksum: f"{digests.download_sha256}  {outputs.image.name}\n".encode(),
        outputs.manifest: manifest(url, digests, finished.time_s),
    }
    for path, data in side_files.items():
        write_atomic(path, partial(_write, data))
    return digests


def _bmap(finished: Finished) -> bytes:
    try:
        return create_bmap(finished.image, finished.extents)
    except FlashError as error:
        raise OutputUnusableError(str(error)) from error


def _write(data: bytes, file: BinaryIO) -> None:
    file.write(data)
