"""The entries of a release file, which is a tar in an xz: the manifest, then its files in order.

Everything about an entry follows from the manifest, so an entry has exactly one right header (POSIX
ustar, no owner, no time), equal releases are equal files, and a reader compares instead of trusting
what a header says. Any `tar` reads it: tar -xJf FILE.
"""

from __future__ import annotations

import tarfile

from sdcard.releases.errors import ReleaseDamagedError, ReleaseUnsafeError
from sdcard.releases.manifest import MOST_BYTES, NAME
from sdcard.releases.model import ReleaseFile

BLOCK_BYTES = tarfile.BLOCKSIZE
END = bytes(2 * BLOCK_BYTES)
_FILE_MODE, _PROGRAM_MODE, _LINK_MODE = 0o644, 0o755, 0o777


def mode_of(file: ReleaseFile) -> int:
    """Permissions."""
    if file.link is not None:
        return _LINK_MODE
    return _PROGRAM_MODE if file.is_executable else _FILE_MODE


def header(file: ReleaseFile) -> bytes:
    """The only header for a file; raises ReleaseUnsafeError if its path does not fit into one."""
    entry = tarfile.TarInfo(file.path)
    entry.size, entry.mode = file.size, mode_of(file)
    if file.link is not None:
        entry.type, entry.linkname = tarfile.SYMTYPE, file.link
    try:
        return entry.tobuf(tarfile.USTAR_FORMAT)
    except ValueError as error:
        raise ReleaseUnsafeError(f"{file.path}: {error}") from error


def manifest_header(size: int) -> bytes:
    """That of the manifest, with so many bytes."""
    return header(ReleaseFile(NAME, size))


def manifest_size(block: bytes, name: str) -> int:
    """The bytes of the manifest, from the first header of a file called `name`.

    Raises ReleaseDamagedError and ReleaseUnsafeError.
    """
    try:
        size = tarfile.TarInfo.frombuf(block, "utf-8", "strict").size
        is_ours = size >= 0 and block == manifest_header(size)
    except (tarfile.TarError, ValueError, OverflowError):
        is_ours, size = False, 0
    if not is_ours:
        raise ReleaseDamagedError(f"{name}: does not begin with a manifest: no release")
    if size > MOST_BYTES:
        raise ReleaseUnsafeError(f"{name}: a manifest of {size} bytes; at most {MOST_BYTES}")
    return size


def padding(size: int) -> int:
    """Zeros after so many bytes, up to a whole block."""
    return -size % BLOCK_BYTES
