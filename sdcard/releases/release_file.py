"""Writes a release into one file that an instrument can be updated with."""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from device.pack import PackWriteError
from device.pack.atomic import write_atomic
from sdcard.releases.entries import END, header, manifest_header, padding
from sdcard.releases.errors import EnvironmentUnfitError, ReleaseWriteError
from sdcard.releases.manifest import manifest_bytes
from sdcard.releases.model import Manifest, ReleaseFile

PRESET = 6
"""Of xz(1): unpacking takes 9 MiB of memory, which the smallest Pi has."""

_CHUNK_BYTES = 1 << 20


def _ignore(_: int) -> None:
    """For those who do not watch."""


def write_release(
    environment: Path,
    manifest: Manifest,
    output: Path,
    on_bytes: Callable[[int], None] = _ignore,
) -> None:
    """Write the file, whole or not at all. `manifest`: of that folder, see describe.

    Equal environments give equal files (with the same liblzma). `on_bytes` is told of bytes of the
    release that are in. Raises EnvironmentUnfitError and ReleaseWriteError.
    """

    def write(file: BinaryIO) -> None:
        with lzma.open(file, "wb", format=lzma.FORMAT_XZ, preset=PRESET) as packed:
            for chunk in _chunks(environment, manifest):
                packed.write(chunk)
                on_bytes(len(chunk))

    try:
        write_atomic(output, write)
    except PackWriteError as error:
        raise ReleaseWriteError(str(error)) from error


def _chunks(environment: Path, manifest: Manifest) -> Iterator[bytes]:
    document = manifest_bytes(manifest)
    yield manifest_header(len(document)) + document + bytes(padding(len(document)))
    for file in manifest.files:
        yield header(file)
        if file.link is None:
            yield from _content(environment / file.path, file)
            yield bytes(padding(file.size))
    yield END


def _content(path: Path, file: ReleaseFile) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
                yield chunk
    except OSError as error:
        raise EnvironmentUnfitError(f"{path}: cannot be read: {error.strerror}") from error
    if digest.hexdigest() != file.sha256:
        raise EnvironmentUnfitError(f"{path}: changed while it was read")
